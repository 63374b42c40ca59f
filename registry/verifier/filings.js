// Entries, envelopes, filings and statements, section 2 of the formats: read strictly, nothing unknown.

import { concat, demand, hex, isHex, sha256, unbase64, unhex, utf8 } from "./bytes.js";
import { canonical, exactly, isCount, isObject, jcs, strict } from "./json.js";
import { FORMS, KINDS, isInstant } from "./kinds.js";
import { HASH, leafHash, rootBy, steps } from "./tree.js";
import { fault } from "./verdicts.js";

const FILING_TYPE = "application/vnd.open-license.filing.v1+json";
const STATEMENT_TYPE = "application/vnd.open-license.statement.v1+json";
const LIST_TYPE = "application/vnd.open-license.statement-list.v1+json";
const COMMITMENT_TAG = "open-license-sd-v1\0";
export const RELAYED = "relayed";
const LEVELS = ["account", "external", "passkey", RELAYED];
const LONGEST_SUBJECT = 200;
const SIGNED = ["statement", "alg", "kid", "signature", "level"];
const STATEMENT = ["v", "type", "origin", "subject", "role", "nonce", "fields", "sd"];

/** DSSE pre-authentication encoding: what is signed, its type bound in front. */
function pae(type, body) {
  const kind = utf8(type);
  return concat(utf8(`DSSEv1 ${kind.length} ${type} ${body.length} `), body);
}

/** The bytes the registry's countersignature is over. */
export function countersignedBytes(payload) {
  return pae(FILING_TYPE, payload);
}

/** The bytes a party's signature is over: the statement's own, or the head of the list it has its place in. */
export async function signedBytes({ said, place }) {
  if (!place) return pae(STATEMENT_TYPE, jcs(said));
  const leaf = await leafHash(jcs(said));
  const root = await rootBy({ leaf, ...place });
  return pae(LIST_TYPE, jcs({ v: 1, origin: said.origin, size: Number(place.size), root: hex(root) }));
}

/** What binds a value without showing it, in hex. Throws Malformed for a malformed salt. */
export async function commitment(salt, path, value) {
  demand(isHex(salt, 64), "a salt is 32 bytes of hex");
  demand(typeof path === "string", "a path is text");
  return hex(await sha256(utf8(COMMITMENT_TAG), jcs([salt, path, value])));
}

/** The entry these bytes spell. Throws Malformed. */
export function parseEntry(bytes) {
  const entry = exactly(strict(bytes), ["v", "seq", "prev", "time", "type", "subject", "env"]);
  demand(entry.v === 1 && isCount(entry.seq), "unknown version or malformed number");
  demand(isHex(entry.prev, 64) && isHex(entry.env, 64), "malformed digest");
  demand(isInstant(entry.time), "malformed time");
  demand(typeof entry.type === "string" && typeof entry.subject === "string", "malformed entry");
  return entry;
}

/** `{payload, kid, signature}` of an envelope. Throws Malformed unless one signature stands there. */
function parseEnvelope(bytes) {
  const envelope = exactly(strict(bytes), ["payloadType", "payload", "signatures"]);
  demand(envelope.payloadType === FILING_TYPE, "not a filing's envelope");
  demand(Array.isArray(envelope.signatures) && envelope.signatures.length === 1, "one signature");
  const { keyid, sig } = exactly(envelope.signatures[0], ["keyid", "sig"]);
  demand(isHex(keyid, 32), "malformed key id");
  return { payload: unbase64(envelope.payload), kid: keyid, signature: unbase64(sig) };
}

/** What a payload says. Throws Malformed unless of a known type, complete and exact. */
export function parseFiling(payload) {
  const filing = exactly(strict(payload), ["type", "version", "fields", "_sd", "statements"]);
  const kind = KINDS.get(filing.type);
  demand(kind && kind.versions.includes(filing.version), "unknown type or version");
  checkFields(filing.fields, kind);
  const subject = filing.fields[kind.subject];
  demand([...subject].length <= LONGEST_SUBJECT, "subject too long");
  checkCommitments(filing._sd);
  demand(Array.isArray(filing.statements), "malformed statements");
  const statements = filing.statements.map(parseStatement);
  demand(new Set(statements.map(({ kid }) => kid)).size >= kind.statements, "too few keys have stated it");
  return { ...filing, kind, subject, statements };
}

function checkFields(fields, kind) {
  demand(isObject(fields), "malformed fields");
  for (const [name, { optional }] of kind.fields) {
    demand(optional || Object.hasOwn(fields, name), `missing field ${name}`);
  }
  for (const [name, value] of Object.entries(fields)) {
    const known = kind.fields.get(name);
    demand(known && FORMS[known.form](value), `unknown or malformed field ${name}`);
  }
}

function checkCommitments(list) {
  demand(Array.isArray(list) && list.every((item) => isHex(item, 64)), "malformed commitments");
  demand(list.every((item, at) => at === 0 || list[at - 1] < item), "commitments are sorted, each once");
}

function parseStatement(outer) {
  const listed = isObject(outer) && Object.hasOwn(outer, "list");
  const { statement, alg, kid, signature, level, list } = exactly(outer, listed ? [...SIGNED, "list"] : SIGNED);
  const said = exactly(statement, STATEMENT);
  demand(said.v === 1 && isObject(said.fields) && isHex(said.nonce, 32), "malformed statement");
  demand(typeof said.origin === "string" && typeof said.role === "string", "malformed statement");
  checkCommitments(said.sd);
  demand(LEVELS.includes(level) && isHex(kid, 32) && typeof alg === "string", "malformed statement");
  demand((level === "passkey") === (alg === "webauthn-p256"), "a passkey signs as what it is, and nothing else as one");
  return { said, alg, kid, signature: unbase64(signature), level, place: listed ? parsePlace(list) : null };
}

/** Where a statement stands in a list signed as a whole; its path is as long as the place asks. Throws Malformed. */
function parsePlace(list) {
  const { index, size, path } = exactly(list, ["index", "size", "path"]);
  demand(isCount(index) && isCount(size) && index < size && Array.isArray(path), "malformed place");
  const place = { index: BigInt(index), size: BigInt(size) };
  const fits = path.length === steps(place.index, place.size) && path.every((step) => isHex(step, 2 * HASH));
  demand(fits, "the path does not fit the place");
  return { ...place, proof: path.map(unhex) };
}

/** The statement as its party signed it, behind a key made for it alone. Throws Malformed. */
export function ownStatement({ said }, opened) {
  demand(isObject(opened) && !Object.hasOwn(opened, "statement"), "not a signature");
  const own = parseStatement({ ...opened, statement: said });
  demand(own.level !== RELAYED, "made for one statement, like the one it should stand behind");
  return own;
}

/** Throws Malformed unless the statement is about this filing, on these terms, in this log. */
export function checkSays(filing, { said }, origin) {
  demand(said.type === filing.type && said.subject === filing.subject, "about something else");
  demand(said.origin === origin, "about another log");
  for (const [name, value] of Object.entries(said.fields)) {
    const stands = Object.hasOwn(filing.fields, name) && canonical(filing.fields[name]) === canonical(value);
    demand(stands, "on other terms");
  }
  demand(said.sd.every((item) => filing._sd.includes(item)), "commits to something else");
  for (const [name, { bound }] of filing.kind.fields) {
    const missing = bound && Object.hasOwn(filing.fields, name) && !Object.hasOwn(said.fields, name);
    demand(!missing, `must bind ${name}`);
  }
}

/** An entry with its envelope, both read: `{entry, leaf, filing, payload, kid, signature, digest}`. Throws Fault. */
export async function openPair(entryText, envelopeText, seq) {
  const bytes = utf8(entryText);
  const entry = await fault("integrity", "entry_malformed", seq, () => parseEntry(bytes));
  await fault("integrity", "sequence_broken", seq, () => demand(entry.seq === seq, "another place"));
  const digest = hex(await sha256(utf8(envelopeText)));
  await fault("integrity", "envelope_differs", seq, () => demand(digest === entry.env, "another envelope"));
  const [envelope, filing] = await fault("integrity", "envelope_malformed", seq, () => {
    const opened = parseEnvelope(utf8(envelopeText));
    return [opened, parseFiling(opened.payload)];
  });
  await fault("integrity", "entry_mislabelled", seq, () =>
    demand(filing.type === entry.type && filing.subject === entry.subject, "another label"),
  );
  return { entry, leaf: await leafHash(bytes), filing, digest, ...envelope };
}
