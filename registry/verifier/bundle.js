// A license bundle, section 6 of the formats: everything about one contract or declaration, as far as a
// checkpoint reaches.

import { demand, hex, unbase64 } from "./bytes.js";
import { checkSigner, ownKey, see } from "./heads.js";
import { RELAYED, ownStatement } from "./filings.js";
import { exactly, isObject, strict } from "./json.js";
import { Keyring } from "./keyring.js";
import { checkOrder, checkPlace, checkStart, noteOf, openValue, readLine, signersOf } from "./lines.js";
import { LOG, WITNESS, checkName, lineHolds, names, parseVkey, splitNote } from "./notes.js";
import { kidOf } from "./signatures.js";
import { Fault, fault, passed } from "./verdicts.js";

export const BUNDLE = "open-license-bundle/1";
const SIGNED = "signed"; // what the enrolment of such a key commits to
const MEMBERS = ["format", "origin", "subject", "signers", "filings", "disclosures", "timestamps"];

/** Check a bundle: `{report, lines, subject, seen}`. Throws Fault at the first thing that does not hold. */
export async function checkBundle(bytes, trust, kind = "bundle") {
  const value = await fault("integrity", "unreadable", null, () => parse(bytes));
  const { origin, subject, disclosures } = value;
  const lines = [];
  for (const item of value.filings) lines.push(await readLine(item));
  const note = await noteOf(lines[0]);
  const signers = await fault("integrity", "unreadable", null, () => signersIn(value.signers));
  checkOrder(lines);
  checkStart(lines[0], origin);
  const seen = await openHead(note, signers, trust, lines, origin);
  checkChain(lines);
  const logKid = await kidOf("ed25519", signers[0].key);
  checkNothingExtra(lines, subject, [logKid, ...passedOn(disclosures)]);
  const keyring = new Keyring(origin);
  for (const line of lines) {
    checkStart(line, origin);
    await checkPlace(line, note, seen.head);
    await keyring.admit(line);
  }
  if (keyring.keys.has(logKid)) checkSigner(seen, signers[0], keyring);
  await checkDisclosures(lines, disclosures);
  await checkPassedOn(lines, keyring);
  const all = { ...seen, timestamps: value.timestamps.length };
  return { report: passed(kind, all, factsOf(subject, lines, disclosures)), lines, subject, seen: all };
}

function parse(bytes) {
  const value = exactly(strict(bytes), MEMBERS);
  demand(value.format === BUNDLE && typeof value.subject === "string", "not a bundle");
  checkName(value.origin);
  const lists = MEMBERS.slice(3).map((name) => value[name]);
  demand(lists.every(Array.isArray) && value.signers.length > 0 && value.filings.length > 0, "malformed bundle");
  for (const stamp of value.timestamps) {
    exactly(stamp, ["authority", "token"]);
    const full = typeof stamp.authority === "string" && stamp.authority !== "" && unbase64(stamp.token).length > 0;
    demand(full, "malformed timestamp");
  }
  return value;
}

/** The log's key first, then witnesses, each once. */
async function signersIn(listed) {
  const keys = await Promise.all(listed.map((text, at) => parseVkey(text, at === 0 ? LOG : WITNESS)));
  demand(new Set(listed).size === listed.length, "a signer twice");
  return keys;
}

/** Exactly the listed signers have signed; whom of them the reader trusts is the trust's matter. */
async function openHead(note, signers, trust, lines, origin) {
  const { text, lines: signatures } = await fault("integrity", "checkpoint_malformed", null, () => splitNote(note));
  await fault("integrity", "checkpoint_signature", null, async () => {
    demand(signatures.length === signers.length, "other signers than listed");
    for (const [at, line] of signatures.entries()) {
      demand(names(line, signers[at]) && (await lineHolds(text, line, signers[at])), "a line does not hold");
    }
  });
  const seen = await see(note, trust, trust.policy ? null : await ownKey(lines, origin));
  if (seen.head.origin !== origin) throw new Fault("integrity", "origin_differs");
  return { ...seen, unlisted: false };
}

function checkChain(lines) {
  for (let at = 1; at < lines.length; at += 1) {
    const [before, after] = [lines[at - 1], lines[at]];
    const linked = after.seq !== before.seq + 1 || after.entry.prev === hex(before.leaf);
    if (!linked) throw new Fault("integrity", "chain_broken", after.seq);
  }
}

/** Nothing but the log's start, the subject's filings, its declarations', and the keys those need. */
function checkNothingExtra(lines, subject, kids) {
  const noticed = lines.filter(({ filing }) => filing.type === "license.noticed" && filing.subject === subject);
  const subjects = new Set([subject, ...noticed.map(({ filing }) => filing.fields.declaration)]);
  const allowed = new Set(lines.slice(1).filter(({ filing }) => subjects.has(filing.subject)));
  if (![...allowed].some(({ filing }) => filing.subject === subject)) throw new Fault("integrity", "subject_missing");
  const used = new Set([...kids, ...[...allowed].flatMap(signersOf)]);
  for (let more = true; more; ) {
    const found = lines.filter((line) => !allowed.has(line) && isAboutKey(line, used));
    more = found.length > 0;
    for (const line of found) {
      allowed.add(line);
      signersOf(line).forEach((kid) => used.add(kid));
    }
  }
  for (const line of lines) {
    if (line.seq !== 0 && !allowed.has(line)) throw new Fault("integrity", "file_unexpected", line.seq);
  }
}

function isAboutKey({ filing }, used) {
  return filing.type.startsWith("key.") && [filing.fields.kid, filing.fields.replaces].some((kid) => used.has(kid));
}

async function checkDisclosures(lines, items) {
  const salts = new Set();
  for (const item of items) {
    await fault("integrity", "disclosure_differs", null, () => exactly(item, ["seq", "path", "salt", "value"]));
    const line = lines.find(({ seq }) => seq === item.seq);
    if (!line) throw new Fault("integrity", "disclosure_differs");
    await openValue(line, item);
    if (salts.has(item.salt)) throw new Fault("integrity", "salt_reused", item.seq);
    salts.add(item.salt);
    line.disclosed ??= Object.create(null);
    line.disclosed[item.path] = item.value;
  }
  const ordered = items.every((item, at) => at === 0 || follows(items[at - 1], item));
  if (!ordered) throw new Fault("integrity", "disclosure_differs");
}

/** The keys whose signatures are shown behind keys made for one statement. */
function passedOn(items) {
  const values = items.filter((item) => isObject(item) && item.path === SIGNED).map(({ value }) => value);
  return values.filter((value) => isObject(value) && typeof value.kid === "string").map(({ kid }) => kid);
}

/** The shown signatures behind keys made for one statement, by the subject of the filing that holds them. */
function ownSignatures(lines) {
  const shown = lines.filter(({ disclosed }) => disclosed && SIGNED in disclosed);
  return new Map(shown.map(({ filing, disclosed }) => [filing.subject, disclosed[SIGNED]]));
}

/** What a party signed itself holds as if it stood in the filing openly. */
async function checkPassedOn(lines, keyring) {
  const made = ownSignatures(lines);
  for (const line of lines) {
    for (const statement of line.filing.statements) {
      const passes = statement.level === RELAYED && made.has(statement.kid) && line.filing.subject !== statement.kid;
      if (!passes) continue;
      const own = await fault("signatures", "statement_mismatch", line.seq, () => ownStatement(statement, made.get(statement.kid)));
      await keyring.shown(line, own);
    }
  }
}

/** Whether one disclosure stands behind another, by place and then by the code points of its path. */
function follows(before, after) {
  if (before.seq !== after.seq) return before.seq < after.seq;
  const [one, two] = [[...before.path], [...after.path]].map((signs) => signs.map((sign) => sign.codePointAt(0)));
  const at = one.findIndex((code, index) => code !== two[index]);
  return at === -1 ? one.length < two.length : two.length > at && one[at] < two[at];
}

const STATES = { "license.noticed": "noticed", "license.effective": "effective", "license.ended": "ended" };
const OFFICES = { "registration.result": "registration", "recordal.result": "recordal" };

/** What the filings say, as far as they reach, in the words of the report for programs. */
function factsOf(subject, lines, disclosures) {
  const told = lines.filter(({ filing }) => !/^(?:key|log)\./.test(filing.type));
  const own = ownSignatures(lines); // a statement whose party's own signature is shown is told under that key
  const facts = { subject };
  for (const { filing } of told.filter((line) => line.filing.subject === subject)) {
    if (Object.hasOwn(STATES, filing.type)) facts.license_state = STATES[filing.type];
    if (Object.hasOwn(OFFICES, filing.type)) {
      facts[OFFICES[filing.type]] = `${filing.fields.status} ${filing.fields.day}`;
    }
  }
  facts.filings = told.map(({ seq, entry, filing }) => {
    const by = filing.statements.map((statement) => {
      const { level, kid } = (statement.level === RELAYED && own.get(statement.kid)) || statement;
      return { role: statement.said.role, level, kid };
    });
    return { seq, type: filing.type, subject: filing.subject, time: entry.time, by };
  });
  facts.papers = papersOf(told);
  const keys = new Set(lines.filter(({ filing }) => filing.type.startsWith("key.")).map(({ seq }) => seq));
  const toldApart = ({ seq, path }) => path === SIGNED && keys.has(seq);
  facts.disclosed = disclosures
    .filter((item) => !toldApart(item))
    .map(({ seq, path, value }) => ({ seq, path, value }));
  return facts;
}

/** The papers that were issued, each as filed, with the place of its filing. */
export function papersOf(lines) {
  const issued = lines.filter(({ filing }) => filing.type === "papers.issued");
  return issued.flatMap(({ filing, seq }) => filing.fields.papers.map((paper) => ({ ...paper, seq })));
}
