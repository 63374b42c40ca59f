// A checkpoint as its reader may take it: under the trust brought along, or with the key found beside it.

import { hex, unbase64 } from "./bytes.js";
import { splitNote, vkeyOf } from "./notes.js";
import { openCheckpoint, policyOf, quorumMet } from "./policy.js";
import { Fault, fault } from "./verdicts.js";

/** Trust: `{from: reader | site | none, policy}`. Throws Fault checkpoint_signature or quorum_missing. */
export async function see(note, trust, own) {
  const policy = trust.policy ?? policyOf(...(own ? [own] : []));
  const opened = await fault("integrity", "checkpoint_signature", null, () => openCheckpoint(note, policy));
  if (!quorumMet(policy, opened.cosigned)) throw new Fault("integrity", "quorum_missing");
  const unlisted = splitNote(note).lines.length > opened.signers.length + opened.cosigned.length;
  return { ...opened, trust: trust.from, unlisted, timestamps: 0 };
}

/** Throws Fault unless, as far as the keyring tells, the key of that place signed the head. */
export function checkSigner(seen, signer, keyring) {
  const key = keyring.headKey(seen.head.size);
  if (!key || hex(key.public) !== hex(signer.key)) {
    throw new Fault("integrity", "checkpoint_key_range", Number(seen.head.size) - 1);
  }
}

/** The newest checkpoint key the log names itself: good for self-consistency, never for trust. Throws Fault. */
export function ownKey([start, ...later], origin) {
  const rotated = later.map(({ filing }) => filing).filter(({ type }) => type === "key.rotated");
  const newest = rotated.map(({ fields }) => fields).findLast(({ purpose }) => purpose === "checkpoint");
  return fault("integrity", "checkpoint_signature", null, () => {
    const described = newest ?? (start.filing.fields.keys ?? []).find((key) => key.purpose === "checkpoint");
    return vkeyOf(origin, unbase64(described?.public));
  });
}
