// A checkpoint alone, and a `.tlog-proof` with its entry: the smallest things that can be checked.

import { demand, textOf } from "./bytes.js";
import { parseEntry } from "./filings.js";
import { see } from "./heads.js";
import { parseHead, parseProof, splitNote } from "./notes.js";
import { included, leafHash } from "./tree.js";
import { fault, passed } from "./verdicts.js";

/** Check a checkpoint's signatures: `{report, lines}`. Throws Fault. */
export async function checkCheckpoint(bytes, trust) {
  const text = await fault("integrity", "unreadable", null, () => textOf(bytes));
  return { report: passed("checkpoint", await headOf(text, trust)), lines: [] };
}

/** Check that the entry stands where the proof says: `{report, lines}`. Throws Fault. */
export async function checkProof(bytes, entryBytes, trust) {
  const text = await fault("integrity", "unreadable", null, () => textOf(bytes));
  const { index, hashes, checkpoint } = await fault("integrity", "proof_malformed", null, () => parseProof(text));
  const seq = Number(index);
  const entry = await fault("integrity", "entry_malformed", seq, () => parseEntry(entryBytes));
  const seen = await headOf(checkpoint, trust);
  const place = { leaf: await leafHash(entryBytes), index, size: seen.head.size, proof: hashes, root: seen.head.root };
  await fault("integrity", "proof_wrong", seq, async () =>
    demand(BigInt(entry.seq) === index && (await included(place)), "the entry does not stand there"),
  );
  const facts = { seq: entry.seq, type: entry.type, subject: entry.subject, time: entry.time };
  return { report: passed("proof", seen, facts), lines: [] };
}

/** Nothing beside a bare checkpoint names its key: without trust only its form is read. */
async function headOf(note, trust) {
  const head = await fault("integrity", "checkpoint_malformed", null, () => parseHead(splitNote(note).text));
  if (trust.policy) return see(note, trust, null);
  return { head, trust: trust.from, cosigned: [], unknown: 0, unlisted: false, timestamps: 0 };
}
