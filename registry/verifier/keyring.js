// Which key may sign what, when, section 3 of the formats: learned from the key filings in the log's order.

import { Malformed, demand, unbase64 } from "./bytes.js";
import { checkSays, countersignedBytes, statementBytes } from "./filings.js";
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
  }

  /** Check a filing's signatures and take in what it says about keys. Throws Fault of `signatures`. */
  async admit(pair) {
    const { filing, entry } = pair;
    const refuse = (code) => {
      throw new Fault("signatures", code, entry.seq);
    };
    if (filing.type === "log.started") await this.start(filing, refuse); // brings the key that countersigns it
    await this.countersigned(pair, refuse);
    if (filing.type === "key.enrolled" || filing.type === "key.rotated") await this.introduce(filing, refuse);
    for (const statement of filing.statements) await this.stated(filing, statement, refuse, entry.seq);
    if (filing.type === "key.rotated") this.end(filing.fields.replaces, refuse);
    if (filing.type === "key.revoked") this.end(filing.fields.kid, refuse);
  }

  usable(kid, purpose, refuse) {
    const key = this.keys.get(kid);
    if (!key || key.purpose !== purpose) refuse("key_unknown");
    if (key.ended) refuse("key_revoked");
    return key;
  }

  async countersigned(pair, refuse) {
    const key = this.usable(pair.kid, "countersign", refuse);
    const holds = await signed(key.alg, key.public, countersignedBytes(pair.payload), pair.signature);
    if (!holds) refuse("signature_invalid");
  }

  async start(filing, refuse) {
    for (const described of filing.fields.keys) {
      await malformedKey(refuse, () => exactly(described, ["kid", "alg", "public", "purpose"]));
      if (!REGISTRY.includes(described.purpose)) refuse("key_malformed");
      await this.add(described, filing.subject, refuse);
    }
  }

  async introduce({ type, fields, statements }, refuse) {
    const states = (kid) => statements.some((statement) => statement.kid === kid);
    if (type === "key.rotated") {
      const old = this.usable(fields.replaces, fields.purpose, refuse);
      if (old.holder !== fields.holder || !states(fields.replaces)) refuse("key_malformed");
    } else if (fields.purpose !== PARTY || !states(fields.kid)) {
      refuse("key_malformed");
    }
    await this.add(fields, fields.holder, refuse);
  }

  async add({ kid, alg, public: encoded, purpose }, holder, refuse) {
    if (this.keys.has(kid)) refuse("key_known");
    const bytes = await malformedKey(refuse, async () => {
      const key = unbase64(encoded);
      await checkPublic(alg, key);
      demand(kid === (await kidOf(alg, key)), "the key's id is not its own");
      return key;
    });
    this.keys.set(kid, { alg, public: bytes, purpose, holder, ended: false });
  }

  end(kid, refuse) {
    const key = this.keys.get(kid);
    if (!key) refuse("key_unknown");
    if (key.ended) refuse("key_revoked");
    key.ended = true;
  }

  async stated(filing, statement, refuse, seq) {
    const purpose = filing.type === "key.rotated" ? filing.fields.purpose : PARTY;
    const key = this.usable(statement.kid, purpose, refuse);
    await fault("signatures", "statement_mismatch", seq, () => checkSays(filing, statement, this.origin));
    const message = statementBytes(statement.said);
    const holds = statement.alg === key.alg && (await signed(key.alg, key.public, message, statement.signature));
    if (!holds) refuse("signature_invalid");
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
