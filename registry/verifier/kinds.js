// The types of filing, section 9 of the formats: subject; fields with their form, `*` before a bound one, `?`
// behind an optional one; the least number of statements; the versions read, where not 1 alone.

import { isHex } from "./bytes.js";
import { isCount, isObject } from "./json.js";

const KEY = "*kid text, *alg text, *public text, *purpose text, *holder text, *level text";
const MOVE = "*number text, *ground text, instant instant, version? number, last_day? day";
const ANNOUNCED = "*number text, *cnipa_number text, *cnipa_day day, version? number";
const SEVERAL = "*declaration? text";
const PAYMENT = `*contract text, *state text, ground? text, ${SEVERAL}`;
const LICENSE = `*contract text, instant instant, *ground text, last_day? day, ${SEVERAL}`;
const RESULT = "*contract text, *status text, *day day, rules? text";

const ACT = "*contract text, *key text, *edition number";

const TABLE = {
  "log.started": ["origin", "origin text, name text, keys objects, predecessor? object", 0],
  "key.enrolled": ["kid", `${KEY}, reason? text`, 1, [1, 2]],
  "key.rotated": ["kid", `${KEY}, *replaces text, reason? text`, 1],
  "key.revoked": ["kid", "*kid text, *reason text, holder? text", 0],
  "power.granted": [
    "number",
    "*number text, *matters texts, *objects text, *first_day day, *last_day day",
    1,
  ],
  "power.ended": ["number", "*number text, *ground text, instant instant", 0],
  "declaration.published": [
    "number",
    "*number text, *version number, *patents texts, owners texts, *fee object, *offer_last_day day, " +
      "*standard_terms text, *text_digest digest, cnipa_status text, duration_months? number, " +
      "cnipa_number? text, cnipa_day? day, opening? text, supersedes? digest",
    1,
  ],
  "declaration.announced": ["number", ANNOUNCED, 0],
  "declaration.withdrawal_announced": ["number", ANNOUNCED, 0],
  "declaration.withdrawn": ["number", MOVE, 0],
  "declaration.ended": ["number", MOVE, 0],
  "declaration.paused": ["number", MOVE, 0],
  "declaration.resumed": ["number", MOVE, 0],
  "license.noticed": [
    "contract",
    "*contract text, *declaration text, *declaration_version number, *declaration_envelope digest, " +
      "*standard_terms text, *track text",
    1,
    [1, 2],
  ],
  "payment.claimed": ["contract", PAYMENT, 0, [1, 2, 3]],
  "payment.confirmed": ["contract", PAYMENT, 0, [1, 2, 3]],
  "payment.refunded": ["contract", PAYMENT, 0, [1, 2, 3]],
  "account.changed": ["number", "*number text, *asked_on day", 2],
  "license.effective": ["contract", LICENSE, 0, [1, 2]],
  "license.ended": ["contract", LICENSE, 0, [1, 2]],
  "contract.split": ["contract", "contract text, declaration text, into text, ground text", 0],
  "royalty.reported": ["contract", `${ACT}, supersedes? number, ${SEVERAL}`, 1, [1, 2]],
  "royalty.answered": ["contract", `${ACT}, *outcome text, ${SEVERAL}`, 1, [1, 2]],
  "default.noticed": ["contract", `*contract text, *key text, *side text, *cure_by day, ${SEVERAL}`, 1, [1, 2]],
  "default.answered": ["contract", `*contract text, *about text, *outcome text, ${SEVERAL}`, 1, [1, 2]],
  "handover.recorded": ["contract", `*contract text, *day day, ${SEVERAL}`, 1, [1, 2]],
  "handover.confirmed": ["contract", `*contract text, *outcome text, ${SEVERAL}`, 1, [1, 2]],
  "objection.decided": ["contract", `*contract text, *ground text, *outcome text, ${SEVERAL}`, 0, [1, 2]],
  "papers.issued": ["number", "number text, papers objects", 0],
  "registration.result": ["contract", RESULT, 0],
  "recordal.result": ["contract", RESULT, 0],
  "codes.changed": ["table", "table text, digest digest, changes number", 0],
  "terms.scheduled": ["version", "version text, digest digest, day day", 0],
  "override.recorded": ["subject", "*subject text, *rule text", 2],
  correction: ["subject", "*subject text, *corrects number, *values object", 0],
};

/** type -> `{subject, versions, statements, fields: Map name -> {form, bound, optional}}` */
export const KINDS = new Map(
  Object.entries(TABLE).map(([type, [subject, fields, statements, versions = [1]]]) => [
    type,
    { subject, statements, versions, fields: new Map(fields.split(", ").map(field)) },
  ]),
);

function field(text) {
  const [, bound, name, optional, form] = /^(\*?)([a-z_]+)(\??) ([a-z]+)$/.exec(text);
  return [name, { form, bound: bound !== "", optional: optional !== "" }];
}

/** form -> whether a value has it */
export const FORMS = {
  text: isText,
  texts: (value) => Array.isArray(value) && value.every(isText),
  number: isCount,
  day: isDay,
  instant: isInstant,
  digest: (value) => isHex(value, 64),
  object: isObject,
  objects: (value) => Array.isArray(value) && value.every(isObject),
};

function isText(value) {
  return typeof value === "string" && value !== "";
}

function isDay(value) {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && isInstant(`${value}T00:00:00.000Z`);
}

/** Whether this is an instant of RFC 3339 in UTC with exactly three decimals, of the years 0001 to 9999. */
export function isInstant(value) {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  const instant = new Date(value);
  return !value.startsWith("0000") && !Number.isNaN(instant.getTime()) && instant.toISOString() === value;
}
