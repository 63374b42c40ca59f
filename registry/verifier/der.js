// DER, read strictly (X.690 section 10): definite lengths in their shortest form, nothing behind the end.

import { concat, demand } from "./bytes.js";

export const TAGS = {
  boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, sequence: 0x30, set: 0x31, context0: 0xa0, context1: 0xa1, context3: 0xa3,
};

/** The values in a row: `{tag, content, raw}` each. Throws Malformed. */
export function readAll(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const item = itemAt(bytes, at);
    found.push(item);
    at += item.raw.length;
  }
  return found;
}

/** The one value these bytes spell. Throws Malformed for another tag, or a rest. */
export function read(bytes, tag) {
  const found = readAll(bytes);
  demand(found.length === 1 && found[0].tag === tag, "not one value of that tag");
  return found[0];
}

/** What stands in a value: exactly these tags, in this order. Throws Malformed. */
export function items(item, ...tags) {
  const found = readAll(item.content);
  demand(found.length === tags.length && found.every(({ tag }, at) => tag === tags[at]), "not the expected fields");
  return found;
}

/** A value of these parts. */
export function write(tag, ...parts) {
  const content = concat(...parts);
  const size = content.length;
  if (size < 0x80) return concat(Uint8Array.of(tag, size), content);
  const spelled = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) spelled.unshift(rest % 256);
  return concat(Uint8Array.of(tag, 0x80 | spelled.length, ...spelled), content);
}

/** The value that begins at this place. Throws Malformed. */
export function itemAt(bytes, at) {
  demand(bytes.length >= at + 2 && (bytes[at] & 0x1f) !== 0x1f, "cut, or a tag of many bytes");
  let [size, start] = [bytes[at + 1], at + 2];
  if (size & 0x80) {
    const count = size & 0x7f;
    const spelled = bytes.subarray(start, start + count);
    demand(count >= 1 && count <= 4 && spelled.length === count && spelled[0] !== 0, "not the shortest length");
    size = spelled.reduce((sum, byte) => sum * 256 + byte, 0);
    demand(size >= 0x80, "not the shortest length");
    start += count;
  }
  demand(start + size <= bytes.length, "cut");
  return { tag: bytes[at], content: bytes.subarray(start, start + size), raw: bytes.subarray(at, start + size) };
}
