// Bytes and their one spelling each: UTF-8, lowercase hex, canonical base64; and SHA-256 of them.

/** What was read is not what the formats allow. Callers turn it into the fault of the place they read. */
export class Malformed extends Error {}

/** This browser cannot compute what is needed: never shown as valid, never as invalid. */
export class NotHere extends Error {}

/** @returns {never} */
export function malformed(why) {
  throw new Malformed(why);
}

/** Throws Malformed unless it is so. */
export function demand(holds, why) {
  if (!holds) malformed(why);
}

/** @returns {Uint8Array} */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** The text these bytes spell in UTF-8. A mark at the beginning stays, so that readers refuse it. */
export function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return malformed("not UTF-8");
  }
}

/** @returns {Uint8Array} */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether this is lowercase hex of exactly that many characters. */
export function isHex(value, length) {
  return typeof value === "string" && value.length === length && /^[0-9a-f]*$/.test(value);
}

/** @returns {Uint8Array} */
export function unhex(text) {
  demand(isHex(text, text.length) && text.length % 2 === 0, "not hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** One character a byte, so that offsets into files stay offsets into text. */
export function latin1(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return parts.join("");
}

export function base64(bytes) {
  return btoa(latin1(bytes));
}

/** RFC 4648 section 4, padded, in its one canonical spelling. Throws Malformed for any other. */
export function unbase64(text) {
  demand(typeof text === "string", "not base64");
  let plain;
  try {
    plain = atob(text);
  } catch {
    return malformed("not base64");
  }
  demand(btoa(plain) === text, "not canonical base64");
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** WebCrypto, there in every browser of ours when the page is a file or comes over https. */
export function subtle() {
  if (!globalThis.crypto?.subtle) throw new NotHere("no WebCrypto");
  return globalThis.crypto.subtle;
}

/** SHA-256 of the parts in a row. @returns {Promise<Uint8Array>} */
export async function sha256(...parts) {
  return new Uint8Array(await subtle().digest("SHA-256", concat(...parts)));
}
