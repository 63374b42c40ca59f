// A receipt, section 5 of the formats: one filing, its place in the log, and the keys that signed it.

import { demand } from "./bytes.js";
import { checkSigner, ownKey, see } from "./heads.js";
import { exactly, isObject, strict } from "./json.js";
import { Keyring } from "./keyring.js";
import { LINE, checkOrder, checkPlace, checkStart, noteOf, openValue, neededBy, readLine } from "./lines.js";
import { checkName, splitNote } from "./notes.js";
import { kidOf } from "./signatures.js";
import { Fault, fault, passed } from "./verdicts.js";

export const RECEIPT = "open-license-receipt/1";
const KEY_FILINGS = ["log.started", "key.enrolled", "key.rotated"];

/** Check a receipt: `{report, lines}`. Throws Fault at the first thing that does not hold. */
export async function checkReceipt(bytes, trust) {
  const value = await fault("integrity", "unreadable", null, () => parse(bytes));
  const main = Object.fromEntries(LINE.map((name) => [name, value[name]]));
  const keys = [];
  for (const item of value.keys) keys.push(await readLine(item));
  const filing = await readLine(main);
  const lines = [...keys, filing].sort((one, two) => one.seq - two.seq);
  const note = await noteOf(filing);
  const seen = await see(note, trust, trust.policy ? null : await ownKey(lines, value.origin));
  if (splitNote(note).lines.length !== 1) throw new Fault("integrity", "checkpoint_signature");
  if (seen.head.origin !== value.origin) throw new Fault("integrity", "origin_differs");
  checkOrder(lines);
  const given = lines.filter((line) => line !== filing).every((line, at) => line === keys[at]);
  if (!given) throw new Fault("integrity", "sequence_broken", filing.seq);
  checkNeeded(lines, filing, await kidOf("ed25519", seen.signer.key));
  const keyring = new Keyring(value.origin);
  for (const line of lines) {
    checkStart(line, value.origin);
    await checkPlace(line, note, seen.head);
    await keyring.admit(line);
  }
  checkSigner(seen, seen.signer, keyring);
  filing.disclosed = await disclosed(filing, value.disclosures ?? []);
  const { seq, type, subject, time } = filing.entry;
  const shown = Object.entries(filing.disclosed).map(([path, opened]) => [`disclosed.${path}`, opened]);
  const signed_by = filing.filing.statements.map(({ said }) => said.role);
  const facts = { seq, type, subject, time, signed_by, ...Object.fromEntries(shown) };
  return { report: passed("receipt", seen, facts), lines };
}

function parse(bytes) {
  const value = strict(bytes);
  demand(isObject(value) && value.format === RECEIPT, "not a receipt");
  const more = Object.hasOwn(value, "disclosures") ? ["disclosures"] : [];
  exactly(value, ["format", "origin", "keys", ...LINE, ...more]);
  checkName(value.origin);
  demand(Array.isArray(value.keys), "malformed receipt");
  demand(more.length === 0 || (Array.isArray(value.disclosures) && value.disclosures.length > 0), "malformed receipt");
  return value;
}

/** The log's start and the enrolments that the filing or the head's signature needs, nothing extra. */
function checkNeeded(lines, filing, logKid) {
  const used = new Set([logKid, ...neededBy(filing)]);
  for (const line of lines.filter((one) => one !== filing).reverse()) { // each stands before its use
    const needed = line.seq === 0 || used.has(line.filing.fields.kid);
    if (!KEY_FILINGS.includes(line.filing.type) || !needed) throw new Fault("integrity", "file_unexpected", line.seq);
    neededBy(line).forEach((kid) => used.add(kid));
  }
}

async function disclosed(line, items) {
  const shown = {};
  const salts = new Set();
  for (const item of items) {
    await fault("integrity", "disclosure_differs", line.seq, () => exactly(item, ["path", "salt", "value"]));
    await openValue(line, item);
    if (Object.hasOwn(shown, item.path)) throw new Fault("integrity", "disclosure_differs", line.seq);
    if (salts.has(item.salt)) throw new Fault("integrity", "salt_reused", line.seq);
    salts.add(item.salt);
    Object.defineProperty(shown, item.path, { value: item.value, enumerable: true });
  }
  return shown;
}
