// The tree over the log's entries (RFC 6962) and the checks of its proofs (RFC 9162 sections 2.1.3.2, 2.1.4.2).
// Places and sizes are BigInt: a proof file may name any number.

import { concat, same, sha256 } from "./bytes.js";

export const HASH = 32;

/** The leaf of an entry: chain link and Merkle leaf in one. */
export function leafHash(entry) {
  return sha256(Uint8Array.of(0), entry);
}

function nodeHash(left, right) {
  return sha256(Uint8Array.of(1), left, right);
}

/** The root to which the proof leads from the leaf at this place; null where its length does not fit the place. */
export async function rootBy({ leaf, index, size, proof }) {
  if (index < 0n || index >= size || [leaf, ...proof].some((step) => step.length !== HASH)) return null;
  let [at, last, found] = [index, size - 1n, leaf];
  for (const step of proof) {
    if (last === 0n) return null;
    if (at & 1n || at === last) {
      found = await nodeHash(step, found);
      while (at && !(at & 1n)) [at, last] = [at >> 1n, last >> 1n];
    } else {
      found = await nodeHash(found, step);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n ? found : null;
}

/** Whether the proof leads from the leaf at this place to the root of a tree of that size. */
export async function included({ root, ...place }) {
  const found = await rootBy(place);
  return found !== null && same(found, root);
}

/** How many hashes lead from a leaf to the root of a tree of that size. */
export function steps(index, size) {
  let [at, last, count] = [index, size - 1n, 0];
  while (at !== last) [at, last, count] = [at >> 1n, last >> 1n, count + 1];
  for (; at; at >>= 1n) count += Number(at & 1n);
  return count;
}

/** Whether the larger tree only added to the smaller; from an empty tree nothing can be shown. */
export async function consistent({ oldSize, newSize, oldRoot, newRoot, proof }) {
  if (oldSize <= 0n || oldSize > newSize || proof.some((step) => step.length !== HASH)) return false;
  if (oldSize === newSize) return proof.length === 0 && same(oldRoot, newRoot);
  const path = (oldSize & (oldSize - 1n)) === 0n ? [oldRoot, ...proof] : proof;
  if (path.length === 0) return false;
  let [at, last] = [oldSize - 1n, newSize - 1n];
  while (at & 1n) [at, last] = [at >> 1n, last >> 1n];
  let [before, after] = [path[0], path[0]];
  for (const step of path.slice(1)) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      [before, after] = [await nodeHash(step, before), await nodeHash(step, after)];
      while (at && !(at & 1n)) [at, last] = [at >> 1n, last >> 1n];
    } else {
      after = await nodeHash(after, step);
    }
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && same(before, oldRoot) && same(after, newRoot);
}
