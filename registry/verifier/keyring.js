// Which key may sign what, when, section 3 of the formats: learned from the key filings in the log's order.

import { Malformed, demand, unbase64 } from "./bytes.js";
import { checkSays, countersignedBytes, signedBytes } from "./filings.js";
import { exactly } from "./json.js";
import { checkPublic, kidOf, signed } from "./signatures.js";
import { Fault, fault } from "./verdicts.js";

const PARTY = "party";
const REGISTRY = ["countersign", "checkpoint"];

/** The keys as they stand after the filings admitted so far. */
export class Keyring {
  constructor(origin) {
    this.origin = origin;
    this.keys = new Map();
    this.nonces = new Set();
  }

  /** Check a filing's signatures and take in what it says about keys. Throws Fault of `signatures`. */
  async admit(pair) {
    const { filing, entry } = pair;
    const refuse = (code) => {
      throw new Fault("signatures", code, entry.seq);
    };
    if (filing.type === "log.started") await this.start(filing, refuse, entry.seq); // brings the key that countersigns it
    await this.countersigned(pair, refuse);
    if (filing.type === "key.enrolled" || filing.type === "key.rotated") await this.introduce(filing, refuse, entry.seq);
    for (const statement of filing.statements) await this.stated(filing, statement, refuse, entry.seq);
    if (filing.type === "key.rotated") this.end(filing.fields.replaces, refuse, entry.seq);
    if (filing.type === "key.revoked") this.end(filing.fields.kid, refuse, entry.seq);
  }

  usable(kid, purpose, refuse) {
    const key = this.keys.get(kid);
    if (!key || key.purpose !== purpose) refuse("key_unknown");
    if (key.until !== null) refuse("key_revoked");
    return key;
  }

  async countersigned(pair, refuse) {
    const key = this.usable(pair.kid, "countersign", refuse);
    const holds = await signed(key.alg, key.public, countersignedBytes(pair.payload), pair.signature);
    if (!holds) refuse("signature_invalid");
  }

  async start(filing, refuse, seq) {
    for (const described of filing.fields.keys) {
      await malformedKey(refuse, () => exactly(described, ["kid", "alg", "public", "purpose"]));
      if (!REGISTRY.includes(described.purpose)) refuse("key_malformed");
      await this.add(described, filing.subject, refuse, seq);
    }
  }

  async introduce({ type, fields, statements }, refuse, seq) {
    const states = (kid) => statements.some((statement) => statement.kid === kid);
    if (type === "key.rotated") {
      const old = this.usable(fields.replaces, fields.purpose, refuse);
      if (old.holder !== fields.holder || !states(fields.replaces)) refuse("key_malformed");
    } else if (fields.purpose !== PARTY || !states(fields.kid)) {
      refuse("key_malformed");
    }
    await this.add(fields, fields.holder, refuse, seq);
  }

  async add({ kid, alg, public: encoded, purpose }, holder, refuse, seq) {
    if (this.keys.has(kid)) refuse("key_known");
    const bytes = await malformedKey(refuse, async () => {
      const key = unbase64(encoded);
      await checkPublic(alg, key);
      demand(purpose !== "checkpoint" || alg === "ed25519", "heads are signed by Ed25519 alone");
      demand(purpose === PARTY || alg !== "webauthn-p256", "a passkey is a person's, never the registry's");
      demand(kid === (await kidOf(alg, key)), "the key's id is not its own");
      return key;
    });
    this.keys.set(kid, { alg, public: bytes, purpose, holder, from: seq, until: null });
  }

  end(kid, refuse, seq) {
    const key = this.keys.get(kid);
    if (!key) refuse("key_unknown");
    if (key.until !== null) refuse("key_revoked");
    key.until = seq;
  }

  /** The checkpoint key whose line stands first under the head of this size: the newest valid at its last entry. */
  headKey(size) {
    const last = size - 1n;
    const valid = [...this.keys.values()].filter(({ purpose, from, until }) => {
      return purpose === "checkpoint" && BigInt(from) <= last && (until === null || last <= BigInt(until));
    });
    return valid.sort((one, two) => two.from - one.from)[0];
  }

  async stated(filing, statement, refuse, seq) {
    const purpose = filing.type === "key.rotated" ? filing.fields.purpose : PARTY;
    await this.holds(this.usable(statement.kid, purpose, refuse), filing, statement, refuse, seq);
    const once = statement.kid + statement.said.nonce;
    if (this.nonces.has(once)) refuse("statement_repeated");
    this.nonces.add(once);
  }

  /** Check a statement of the filing at that place under its party's own key, long after. Throws Fault. */
  async shown({ filing, seq }, statement) {
    const refuse = (code) => {
      throw new Fault("signatures", code, seq);
    };
    const key = this.keys.get(statement.kid);
    if (!key || key.purpose !== PARTY) refuse("key_unknown");
    if (seq < key.from || (key.until !== null && key.until < seq)) refuse("key_revoked");
    await this.holds(key, filing, statement, refuse, seq);
  }

  async holds(key, filing, statement, refuse, seq) {
    await fault("signatures", "statement_mismatch", seq, () => checkSays(filing, statement, this.origin));
    const message = await signedBytes(statement);
    const good = statement.alg === key.alg && (await signed(key.alg, key.public, message, statement.signature));
    if (!good) refuse("signature_invalid");
  }
}

async function malformedKey(refuse, work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Malformed) return refuse("key_malformed");
    throw error;
  }
}
