// An extract of the register for a working paper, section 13 of the formats: the list the registry signed, every
// member on it, a sample drawn again, and each bundle as far as one head.

import { isName, isPackOf, unpack } from "./archive.js";
import { Malformed, demand, hex, isHex, sha256, textOf, utf8 } from "./bytes.js";
import { checkBundle } from "./bundle.js";
import { see } from "./heads.js";
import { exactly, isCount, isObject, strict } from "./json.js";
import { checkName, lineHolds, names, parseVkey, splitNote } from "./notes.js";
import { Fault, fault, passed } from "./verdicts.js";

const FORMAT = "open-license-extract/1";
const [NOTE, ABOUT, HEAD, KEY] = ["extract.note", "extract.json", "checkpoint", "vkey"];
const [ROWS, POPULATION, BUNDLES] = ["table.jsonl", "population.txt", "bundles/"];
const KINDS = ["sample", "decisions", "exceptions", "events"];
const MEMBERS = ["format", "origin", "kind", "made_at", "size", "asked", "rows", "drawn"];
const DRAWN = ["seed", "count", "as_of", "of", "population", "numbers", "elsewhere"];
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const NEWLINE = 0x0a;

/** Check an extract: `{report, lines}`. Throws Fault at the first thing that does not hold, naming the member. */
export async function checkExtract(bytes, trust) {
  const members = await fault("integrity", "archive_differs", null, () => unpack(bytes));
  const key = await signedBy(members, trust);
  const about = await inMember(ABOUT, "unreadable", () => parseAbout(members.get(ABOUT)));
  const seen = await headOf(members, trust, key);
  if (about.origin !== seen.head.origin || BigInt(about.size) !== seen.head.size) throw wrong("extract_differs", ABOUT);
  await checkRows(members.get(ROWS), about.rows);
  const opened = await openBundles(members, about, trust);
  await checkDrawing(members, about.drawn, opened);
  if (!isPackOf(members, bytes)) throw new Fault("integrity", "archive_differs");
  const [first] = opened.values();
  const all = first ? { ...first.seen, trust: seen.trust } : seen;
  return { report: passed(about.drawn ? "extract" : "list", all, factsOf(members, about)), lines: [] };
}

function wrong(code, file, verdict = "integrity", seq = null) {
  return Object.assign(new Fault(verdict, code, seq), { file });
}

/** What the work finds malformed, or wrong, is wrong with this member. */
async function inMember(file, code, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Malformed) throw wrong(code, file);
    if (error instanceof Fault) throw wrong(error.code, file, error.verdict, error.seq);
    throw error;
  }
}

/** The key that signed the list; then all on it, and nothing else, is there unchanged. */
async function signedBy(members, trust) {
  if (!members.has(NOTE)) throw wrong("file_missing", NOTE);
  const { text, lines, origin, listed, own } = await inMember(NOTE, "unreadable", () => readNote(members, trust));
  const key = (trust.policy ? trust.policy.logs : own).find((known) => names(lines[0], known));
  const holds = lines.length === 1 && key?.name === origin && (await lineHolds(text, lines[0], key));
  if (!holds) throw wrong("extract_signature", NOTE);
  for (const [name, digest] of listed) {
    if (!members.has(name)) throw wrong("file_missing", name);
    if (hex(await sha256(members.get(name))) !== digest) throw wrong("file_differs", name);
  }
  for (const name of [ABOUT, HEAD, KEY, ROWS, ...members.keys()]) {
    if (listed.has(name) || name === NOTE) continue;
    throw wrong(members.has(name) ? "file_unexpected" : "file_missing", name);
  }
  return key;
}

async function readNote(members, trust) {
  const { text, lines } = splitNote(textOf(members.get(NOTE)));
  const { origin, listed } = parseList(text);
  const own = trust.policy ? [] : [await parseVkey(textOf(members.get(KEY) ?? new Uint8Array()).trim())];
  return { text, lines, origin, listed, own };
}

function parseList(text) {
  const [first, origin, ...lines] = text.split("\n").slice(0, -1);
  const listed = new Map(lines.map(listedLine));
  demand(first === FORMAT && listed.size === lines.length && !listed.has(NOTE), "not the list of an extract");
  return { origin: checkName(origin), listed };
}

function listedLine(line) {
  const [digest, name] = [line.slice(0, 64), line.slice(66)];
  demand(isHex(digest, 64) && line.slice(64, 66) === "  " && isName(name), "not a digest with its name");
  return [name, digest];
}

function parseAbout(bytes) {
  const value = exactly(strict(bytes), MEMBERS);
  const told = value.format === FORMAT && KINDS.includes(value.kind) && isObject(value.asked);
  demand(told && typeof value.made_at === "string" && INSTANT.test(value.made_at), "not an extract");
  demand(Object.values(value.asked).every((said) => typeof said === "string"), "not an extract");
  const sample = value.kind === "sample";
  demand(isCount(value.size) && isCount(value.rows) && (value.drawn !== null) === sample, "not an extract");
  checkName(value.origin);
  if (sample) checkDrawn(exactly(value.drawn, DRAWN));
  return value;
}

function checkDrawn(drawn) {
  const texts = [drawn.numbers, drawn.elsewhere];
  const listed = texts.every((one) => Array.isArray(one) && one.every((text) => typeof text === "string"));
  const counted = [drawn.count, drawn.as_of, drawn.of].every(isCount);
  demand(listed && counted && isHex(drawn.population, 64) && typeof drawn.seed === "string", "not a drawing");
  demand(drawn.elsewhere.every((number) => drawn.numbers.includes(number)), "not a drawing");
}

/** The head, signed by the key that signed the list. */
async function headOf(members, trust, key) {
  const note = await inMember(HEAD, "checkpoint_malformed", () => textOf(members.get(HEAD)));
  const seen = await inMember(HEAD, "checkpoint_malformed", () => see(note, trust, key));
  if (seen.signer.text !== key.text) throw wrong("extract_signature", NOTE);
  return { ...seen, unlisted: false };
}

async function checkRows(bytes, count) {
  const lines = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from);
    if (end < 0) throw wrong("extract_differs", ROWS);
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  const rows = await inMember(ROWS, "unreadable", () => lines.map(strict));
  if (rows.length !== count || !rows.every(isObject)) throw wrong("extract_differs", ROWS);
}

async function openBundles(members, about, trust) {
  const opened = new Map();
  for (const name of [...members.keys()].filter((one) => one.startsWith(BUNDLES))) {
    const bundle = await inMember(name, "unreadable", () => checkBundle(members.get(name), trust));
    const { head } = bundle.seen;
    const fits = head.origin === about.origin && head.size === BigInt(about.size) && name === bundleName(bundle.subject);
    if (!fits) throw wrong("extract_differs", name);
    opened.set(bundle.subject, bundle);
  }
  return opened;
}

function bundleName(number) {
  return `${BUNDLES}${number}.json`;
}

/** Throws Fault unless the seed draws these numbers, each noticed in time, with a bundle of each. */
async function checkDrawing(members, drawn, opened) {
  if (drawn === null) {
    for (const number of opened.keys()) throw wrong("file_unexpected", bundleName(number));
    return;
  }
  const numbers = await draw(await populationOf(members, drawn), drawn.seed, drawn.count);
  const same = numbers.length === drawn.numbers.length && numbers.every((one, at) => one === drawn.numbers[at]);
  if (!same) throw wrong("sample_differs", ABOUT);
  const wanted = numbers.filter((number) => !drawn.elsewhere.includes(number));
  for (const number of wanted) {
    if (!opened.has(number)) throw wrong("file_missing", bundleName(number));
    const noticed = ({ seq, filing }) =>
      filing.type === "license.noticed" && filing.subject === number && seq < drawn.as_of;
    if (!opened.get(number).lines.some(noticed)) throw wrong("sample_differs", bundleName(number));
  }
  for (const number of opened.keys()) {
    if (!wanted.includes(number)) throw wrong("file_unexpected", bundleName(number));
  }
}

async function populationOf(members, drawn) {
  const bytes = members.get(POPULATION);
  if (!bytes) throw wrong("file_missing", POPULATION);
  const text = await inMember(POPULATION, "sample_differs", () => textOf(bytes));
  const numbers = text.split("\n").slice(0, -1);
  const whole = text === numbers.map((number) => `${number}\n`).join("") && numbers.every(rises);
  const known = numbers.length === drawn.of && hex(await sha256(bytes)) === drawn.population;
  if (!whole || !known) throw wrong("sample_differs", POPULATION);
  return numbers;
}

/** Whether a number stands behind the one before, by code points; so each stands once. */
function rises(number, at, numbers) {
  if (at === 0) return true;
  const [one, two] = [numbers[at - 1], number].map((text) => [...text].map((sign) => sign.codePointAt(0)));
  const first = one.findIndex((code, place) => code !== two[place]);
  return first === -1 ? one.length < two.length : two.length > first && one[first] < two[first];
}

/** Those whose digest with the seed is smallest, in that order. */
async function draw(numbers, seed, count) {
  const ranked = await Promise.all(
    numbers.map(async (number) => [hex(await sha256(utf8(`${seed}:${number}`))), number]),
  );
  ranked.sort(([one], [two]) => (one < two ? -1 : 1));
  return ranked.slice(0, count).map(([, number]) => number);
}

function factsOf(members, about) {
  const facts = { extract: about.kind, made_at: about.made_at, rows: about.rows, asked: about.asked };
  return { ...facts, members: members.size, ...(about.drawn ?? {}) };
}
