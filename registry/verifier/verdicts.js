// From what was found to the four verdicts, section 8 of the formats, in the shape of `registry verify --json`.

import { Malformed, hex } from "./bytes.js";

const NAMES = ["integrity", "signatures", "time", "registration"];
const namesOf = (kind) => (kind === "certificate" ? [...NAMES, "seal"] : NAMES);

/** What does not hold, where: the verdict, a code, the sequence number if one is concerned. */
export class Fault extends Error {
  constructor(verdict, code, seq = null) {
    super(code);
    Object.assign(this, { verdict, code, seq });
  }
}

/** What the work gives; what it finds malformed becomes this fault. */
export async function fault(verdict, code, seq, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Malformed) throw new Fault(verdict, code, seq);
    throw error;
  }
}

// What is said of integrity, signatures and registration when everything holds, by kind of thing.
const SAID = {
  bundle: ["filings_listed", "signatures_in_bundle", "as_bundled"],
  certificate: ["certificate_whole", "signatures_in_bundle", "as_bundled"],
  extract: ["extract_whole", "signatures_in_extract", "as_extracted"],
  list: ["list_whole", "signature_of_list", "as_listed"],
  receipt: ["one_filing", "signatures_at_filing", "later_filings_unknown"],
  proof: ["one_entry", "envelope_not_here", "later_filings_unknown"],
  checkpoint: ["head_alone", "envelope_not_here", "later_filings_unknown"],
};
const WITHOUT_ENVELOPES = ["proof", "checkpoint"];

/**
 * Everything that can be checked here holds; what cannot is said, never shown as valid.
 * `seen`: `{head, trust, cosigned, unknown, unlisted, timestamps}`; `trust`: reader, site or none.
 */
export function passed(kind, seen, facts = {}) {
  const verdicts = {
    integrity: integrity(kind, seen),
    signatures: signatures(kind, seen),
    time: time(seen),
    registration: said("not_checkable", SAID[kind][2]),
  };
  const size = Number(seen.head.size);
  const notes = seen.cosigned.length > 0 ? ["truth_not_proved"] : ["self_consistent_only", "truth_not_proved"];
  const head = { origin: seen.head.origin, size, root: hex(seen.head.root) };
  return report(kind, verdicts, { ...head, key_pinned: seen.trust === "reader", notes, facts });
}

/** Something does not hold: its verdict is invalid, and nothing else may look valid beside it. */
export function failed(kind, found, pinned) {
  const verdict = (name) =>
    name === found.verdict ? said("invalid", found.code, found.seq) : said("not_checkable", "not_reached");
  const facts = found.file ? { file: found.file } : {}; // of an extract, the member
  const verdicts = Object.fromEntries(namesOf(kind).map((name) => [name, verdict(name)]));
  return report(kind, verdicts, { key_pinned: pinned, facts });
}

/** This browser cannot compute it: nothing is known, and so it is said. */
export function notHere(kind) {
  const verdicts = namesOf(kind).map((name) => [name, said("not_checkable", "browser_cannot")]);
  return { ...report(kind, Object.fromEntries(verdicts), { key_pinned: false }), ok: false };
}

function report(kind, verdicts, rest) {
  const bad = Object.values(verdicts).filter((verdict) => verdict.state === "invalid");
  const places = bad.map((verdict) => verdict.seq).filter((seq) => seq !== null);
  return {
    kind,
    ok: rest.key_pinned && bad.length === 0,
    origin: "",
    size: 0,
    root: "",
    first_bad_seq: places.length > 0 ? Math.min(...places) : null,
    verdicts,
    notes: [],
    facts: {},
    ...rest,
  };
}

export function said(state, code, seq = null) {
  return { state, code, seq };
}

function lowered(trust) {
  return trust === "site" ? "key_from_site" : "key_not_pinned";
}

function integrity(kind, { trust, unlisted }) {
  if (trust === "none" && kind === "checkpoint") return said("not_checkable", "key_not_pinned");
  if (trust !== "reader") return said("lowered", lowered(trust));
  if (unlisted) return said("lowered", "unlisted_signature");
  return said("valid", SAID[kind][0]);
}

function signatures(kind, { trust }) {
  if (WITHOUT_ENVELOPES.includes(kind)) return said("not_checkable", SAID[kind][1]);
  return trust === "reader" ? said("valid", SAID[kind][1]) : said("lowered", lowered(trust));
}

function time({ trust, cosigned, unknown, timestamps }) {
  if (cosigned.length > 0) return trust === "reader" ? said("valid", "witnessed") : said("lowered", lowered(trust));
  if (timestamps > 0) return said("not_checkable", "timestamp_not_here");
  return said("not_checkable", unknown > 0 ? "witness_unpinned" : "registry_clock_only");
}
