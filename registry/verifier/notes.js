// Signed notes, checkpoints, cosignatures and proof files, as the public repository C2SP/C2SP writes them.

import { base64, concat, demand, hex, isHex, same, sha256, unbase64, utf8 } from "./bytes.js";
import { isCount } from "./json.js";
import { signed } from "./signatures.js";
import { HASH } from "./tree.js";

export const LOG = 0x01; // signature types of signed-note and tlog-cosignature
export const WITNESS = 0x04;
export const PROOF_HEADER = "c2sp.org/tlog-proof@v1";
const MOST_SIGNATURES = 64;

/** Throws Malformed for a key name that is empty or holds spaces, control characters or plus. */
export function checkName(name) {
  demand(typeof name === "string" && name !== "" && !/[+\p{White_Space}\u0000-\u001f]/u.test(name), "not a name");
  return name;
}

/** A verifier key `{name, kind, key, id, text}` from its bytes. */
export async function vkeyOf(name, key, kind = LOG) {
  const typed = concat(Uint8Array.of(kind), key);
  const id = (await sha256(utf8(`${name}\n`), typed)).subarray(0, 4);
  return { name, kind, key, id, text: `${name}+${hex(id)}+${base64(typed)}` };
}

/** The verifier key a text spells. Throws Malformed when malformed or of another kind. */
export async function parseVkey(text, kind = LOG) {
  demand(typeof text === "string", "malformed verifier key");
  const [, name, id, encoded] = /^([^+]+)\+([^+]+)\+([^]+)$/.exec(text) ?? [];
  demand(isHex(id, 8), "malformed verifier key");
  const typed = unbase64(encoded);
  demand(typed[0] === kind && typed.length === 33, "a verifier key of another kind");
  const key = await vkeyOf(checkName(name), typed.subarray(1), kind);
  demand(key.text === text, "the verifier key's id does not fit its key");
  return key;
}

/** A note's text and its signature lines `{name, id, signature}`, not yet checked. Throws Malformed. */
export function splitNote(note) {
  demand(!/[\u0000-\u0009\u000b-\u001f]/.test(note), "control character in a note");
  const cut = note.lastIndexOf("\n\n");
  const below = note.slice(cut + 2);
  demand(cut >= 0 && below.endsWith("\n"), "a note ends with a blank line and signature lines");
  const lines = below.slice(0, -1).split("\n");
  demand(lines.length <= MOST_SIGNATURES, "too many signatures");
  return { text: note.slice(0, cut + 1), lines: lines.map(signatureLine) };
}

function signatureLine(line) {
  const parts = line.split(" ");
  demand(parts.length === 3 && parts[0] === "—", "malformed signature line");
  const data = unbase64(parts[2]);
  demand(data.length >= 5, "malformed signature line");
  return { name: checkName(parts[1]), id: data.subarray(0, 4), signature: data.subarray(4) };
}

/** Whether a signature line names this key. */
export function names(line, key) {
  return line.name === key.name && same(line.id, key.id);
}

/** Whether a signature line holds over the note's text under this key. */
export async function lineHolds(text, line, key) {
  if (key.kind === LOG) return signed("ed25519", key.key, utf8(text), line.signature);
  if (line.signature.length !== 8 + 64) return false;
  const message = `cosignature/v1\ntime ${cosignedAt(line)}\n${text}`;
  return signed("ed25519", key.key, utf8(message), line.signature.subarray(8));
}

/** Seconds since the epoch at which a witness says it signed. @returns {bigint} */
export function cosignedAt(line) {
  return BigInt(`0x${hex(line.signature.subarray(0, 8))}`);
}

/** What a checkpoint's text says: `{origin, size, root}`. Throws Malformed. */
export function parseHead(text) {
  const lines = text.split("\n");
  demand(lines.pop() === "" && lines.length >= 3 && lines.every(Boolean), "a checkpoint has three lines or more");
  const root = unbase64(lines[2]);
  demand(root.length === HASH, "a root has 32 bytes");
  return { origin: lines[0], size: decimal(lines[1]), root };
}

/** A proof file read: `{index, hashes, checkpoint}`. Throws Malformed, for an `extra` line too. */
export function parseProof(text) {
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(cut, 0)).split("\n");
  demand(cut >= 0 && lines[0] === PROOF_HEADER && lines[1]?.startsWith("index "), "malformed proof");
  const hashes = lines.slice(2).map(unbase64);
  demand(hashes.every((step) => step.length === HASH), "a hash has 32 bytes");
  return { index: decimal(lines[1].slice("index ".length)), hashes, checkpoint: text.slice(cut + 2) };
}

function decimal(text) {
  demand(/^(?:0|[1-9][0-9]*)$/.test(text) && isCount(Number(text)), "not a plain decimal number");
  return BigInt(text);
}
