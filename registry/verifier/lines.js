// A filing as receipts and bundles carry it: entry, envelope, and the proof that leads to their checkpoint.

import { demand } from "./bytes.js";
import { commitment, openPair } from "./filings.js";
import { exactly, isCount } from "./json.js";
import { parseProof } from "./notes.js";
import { included } from "./tree.js";
import { Fault, fault } from "./verdicts.js";

export const LINE = ["seq", "entry", "envelope", "proof"];

/** Throws Fault unreadable, or what is wrong with entry and envelope. */
export async function readLine(item) {
  await fault("integrity", "unreadable", null, () => {
    exactly(item, LINE);
    demand(isCount(item.seq), "not a place");
    demand(LINE.slice(1).every((name) => typeof item[name] === "string"), "not text");
  });
  return { ...(await openPair(item.entry, item.envelope, item.seq)), seq: item.seq, proof: item.proof };
}

/** The checkpoint a line's proof leads to. Throws Fault proof_malformed. */
export async function noteOf(line) {
  return (await proofOf(line)).checkpoint;
}

function proofOf(line) {
  return fault("integrity", "proof_malformed", line.seq, () => parseProof(line.proof));
}

/** The keys that signed a line: the registry's and the parties'. */
export function signersOf(line) {
  return [line.kid, ...line.filing.statements.map((statement) => statement.kid)];
}

/** The keys that must have come in before it: its signers', and the one that it ends. */
export function neededBy(line) {
  return [...signersOf(line), ...(line.filing.type === "key.revoked" ? [line.filing.fields.kid] : [])];
}

/** From the log's start onwards: numbers rise, time never runs back. Throws Fault. */
export function checkOrder(lines) {
  for (let at = 1; at < lines.length; at += 1) {
    const [before, after] = [lines[at - 1].entry, lines[at].entry];
    if (before.seq >= after.seq) throw new Fault("integrity", "sequence_broken", after.seq);
    if (before.time > after.time) throw new Fault("integrity", "time_runs_back", after.seq);
  }
  if (lines[0].seq !== 0) throw new Fault("integrity", "start_misplaced", lines[0].seq);
}

/** Throws Fault unless log.started, of this origin, stands first and only there. */
export function checkStart({ filing, seq }, origin) {
  if ((filing.type === "log.started") !== (seq === 0)) throw new Fault("integrity", "start_misplaced", seq);
  if (seq === 0 && filing.subject !== origin) throw new Fault("integrity", "origin_differs", 0);
}

/** Throws Fault unless the entry stands in the tree of that very checkpoint. */
export async function checkPlace(line, note, head) {
  const { index, hashes, checkpoint } = await proofOf(line);
  const place = { leaf: line.leaf, index, size: head.size, proof: hashes, root: head.root };
  const holds = index === BigInt(line.seq) && checkpoint === note && (await included(place));
  if (!holds) throw new Fault("integrity", "proof_wrong", line.seq);
}

/** The commitment that path, salt and value open. Throws Fault disclosure_differs when it is none of the filing's. */
export async function openValue(line, { path, salt, value }) {
  const sealed = await fault("integrity", "disclosure_differs", line.seq, () => commitment(salt, path, value));
  if (!line.filing._sd.includes(sealed)) throw new Fault("integrity", "disclosure_differs", line.seq);
  return sealed;
}
