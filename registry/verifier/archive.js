// A ZIP file that is a function of its members (section 13 of the formats): read in their order, made again, and
// compared byte by byte, so that no program can find something else in it.

import { concat, demand, latin1, same, utf8 } from "./bytes.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const HEADER = 30; // bytes of a local header
const MOST = 1000;
const LONGEST = 200;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let left = byte;
  for (let bit = 0; bit < 8; bit += 1) left = left & 1 ? (left >>> 1) ^ 0xedb88320 : left >>> 1;
  return left;
});

/** Whether these bytes begin like an archive. */
export function isArchive(bytes) {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === LOCAL;
}

/** Whether a member's name is plain, relative, and leads nowhere else. */
export function isName(name) {
  return name.length <= LONGEST && NAME.test(name);
}

/** The members by name, as they follow each other. Throws Malformed. @returns {Map<string, Uint8Array>} */
export function unpack(bytes) {
  const members = new Map();
  const view = viewOf(bytes);
  let at = 0;
  while (at + 4 <= bytes.length && view.getUint32(at, true) === LOCAL) {
    demand(at + HEADER <= bytes.length, "a cut header");
    const [packed, size] = [view.getUint32(at + 18, true), view.getUint32(at + 22, true)];
    const [length, extra] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)];
    const start = at + HEADER + length + extra;
    const stored = view.getUint16(at + 8, true) === 0 && packed === size && start + size <= bytes.length;
    demand(stored && members.size < MOST, "not stored as it is");
    const name = latin1(bytes.subarray(at + HEADER, at + HEADER + length));
    demand(isName(name) && !members.has(name), "a name twice, or not plain");
    members.set(name, bytes.subarray(start, start + size));
    at = start + size;
  }
  demand(members.size > 0, "no members");
  return members;
}

/** Whether these bytes are the archive of these members and nothing else. */
export function isPackOf(members, bytes) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const [name, data] of members) {
    const said = [0x0800, 2, 0, 2, 0, 2, 33, 2, crc32(data), 4, data.length, 4, data.length, 4, name.length, 2, 0, 2];
    parts.push(packed(LOCAL, 4, 20, 2, ...said), utf8(name), data);
    const more = [0, 2, 0, 2, 0, 2, 0o100644 * 0x10000, 4, at, 4];
    directory.push(packed(CENTRAL, 4, (3 << 8) | 20, 2, 20, 2, ...said, ...more), utf8(name));
    at += HEADER + name.length + data.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = packed(END, 4, 0, 2, 0, 2, members.size, 2, members.size, 2, length, 4, at, 4, 0, 2);
  return same(concat(...parts, ...directory, end), bytes);
}

/** Numbers with their widths in bytes, the least byte first. */
function packed(...pairs) {
  const found = [];
  for (let at = 0; at < pairs.length; at += 2) {
    for (let byte = 0; byte < pairs[at + 1]; byte += 1) found.push((pairs[at] >>> (8 * byte)) & 0xff);
  }
  return Uint8Array.from(found);
}

function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
