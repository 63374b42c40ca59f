// Whom a reader trusts: one verifier key, or logs, witnesses and their quorum in C2SP's tlog-policy format.

import { Malformed, demand, malformed, same } from "./bytes.js";
import { WITNESS, lineHolds, names, parseHead, parseVkey, splitNote } from "./notes.js";

const NONE = "none";
const MOST_LINES = 200;

/** Trust these keys of a log, and ask for no witness. */
export function policyOf(...logs) {
  return { logs, witnesses: new Map(), groups: new Map(), quorum: NONE };
}

/** The policy a text spells: verifier keys, one a line, or a tlog-policy. Throws Malformed. */
export async function parseTrust(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  if (lines.some((line) => /\s/.test(line))) return parsePolicy(text);
  demand(lines.length > 0, "no key");
  return policyOf(...(await Promise.all(lines.map((line) => parseVkey(line)))));
}

/** The policy a file spells (c2sp.org/tlog-policy). Throws Malformed. */
export async function parsePolicy(text) {
  demand(!/[\u0000-\u0008\u000b-\u001f]/.test(text), "control character in a policy");
  const lines = text.split("\n").map((line) => line.split(/\p{White_Space}+/u).filter(Boolean));
  const said = lines.filter((words) => words.length > 0 && !words[0].startsWith("#"));
  demand(said.length <= MOST_LINES, "too many lines");
  const policy = { ...policyOf(), quorum: "" };
  const used = new Set();
  for (const [keyword, ...words] of said) {
    const take = TAKES[keyword] ?? malformed(`unknown line: ${keyword}`);
    await take(policy, words, used);
  }
  demand(policy.quorum !== "", "a policy has one quorum line");
  return policy;
}

const TAKES = {
  __proto__: null,
  async log(policy, words) {
    counted(words, 1, 2);
    const key = await parseVkey(words[0]);
    once(key, policy.logs);
    policy.logs.push(key);
  },
  async witness(policy, words) {
    counted(words, 2, 3);
    const key = await parseVkey(words[1], WITNESS);
    once(key, [...policy.witnesses.values()]);
    policy.witnesses.set(fresh(words[0], policy), key);
  },
  group(policy, words, used) {
    counted(words, 3, MOST_LINES);
    const [name, least, ...members] = words;
    for (const member of members) {
      demand(defined(member, policy), `not defined before: ${member}`);
      demand(!used.has(member), `member twice: ${member}`);
      used.add(member);
    }
    policy.groups.set(fresh(name, policy), { least: threshold(least, members.length), members });
  },
  quorum(policy, words) {
    counted(words, 1, 1);
    demand(policy.quorum === "", "a policy has one quorum line");
    demand(words[0] === NONE || defined(words[0], policy), `not defined before: ${words[0]}`);
    policy.quorum = words[0];
  },
};

function counted(words, least, most) {
  demand(least <= words.length && words.length <= most, "a line with too few or too many words");
}

function once(key, others) {
  demand(!others.some((other) => same(other.key, key.key)), "the same key twice");
}

function defined(name, policy) {
  return policy.witnesses.has(name) || policy.groups.has(name);
}

function fresh(name, policy) {
  demand(name !== NONE && !defined(name, policy), `name taken: ${name}`);
  return name;
}

function threshold(text, members) {
  if (text === "any") return 1;
  if (text === "all") return members;
  demand(/^[1-9][0-9]*$/.test(text) && Number(text) <= members, "a threshold lies between 1 and the members");
  return Number(text);
}

/** Whether these witnesses' keys are enough for the policy's quorum. */
export function quorumMet(policy, cosigned) {
  const witnessed = (name) => {
    const key = policy.witnesses.get(name);
    if (key) return cosigned.some((other) => other.text === key.text);
    const { least, members } = policy.groups.get(name);
    return members.filter(witnessed).length >= least;
  };
  return policy.quorum === NONE || witnessed(policy.quorum);
}

/**
 * A checkpoint read under a policy: `{head, signer, signers, cosigned, unknown}`, `signer` the first of the log's
 * keys. Who is not named is set aside, as C2SP demands. Throws Malformed when malformed, signed by no trusted log
 * of its origin, or wrongly by a known key.
 */
export async function openCheckpoint(note, policy) {
  const { text, lines } = splitNote(note);
  const head = parseHead(text);
  const opened = { head, signers: [], cosigned: [], unknown: 0 };
  for (const line of lines) {
    const key = [...policy.logs, ...policy.witnesses.values()].find((known) => names(line, known));
    if (!key) opened.unknown += 1;
    else if (!(await lineHolds(text, line, key))) throw new Malformed("wrong signature of a known key");
    else if (key.kind === WITNESS) add(opened.cosigned, key);
    else if (key.name === head.origin) add(opened.signers, key);
  }
  demand(opened.signers.length > 0, "no trusted log has signed");
  return { ...opened, signer: opened.signers[0] };
}

/** Each key counts once: a line twice stays uncounted, and so is told as one that nobody listed. */
function add(keys, key) {
  if (!keys.includes(key)) keys.push(key);
}
