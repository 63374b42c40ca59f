// JSON read strictly and written canonically (RFC 8785), section 1 of the formats: a text is its own canonical
// form, without duplicate keys, floats, text outside normal form C, lone surrogates or deep nesting.

import { Malformed, demand, malformed, same, textOf, utf8 } from "./bytes.js";

const DEEPEST = 32;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const WORDS = { true: true, false: false, null: null };

/** The value whose canonical bytes are exactly these. Throws Malformed for every other spelling. */
export function strict(bytes) {
  const text = textOf(bytes);
  const reader = new Reader(text);
  const value = reader.value(DEEPEST);
  demand(reader.at === text.length, "something stands behind the value");
  demand(canonical(value) === text && same(utf8(text), bytes), "not canonical");
  return value;
}

/** The RFC 8785 bytes of a value of ours. Throws Malformed for floats and text outside normal form C. */
export function jcs(value) {
  check(value, DEEPEST);
  return utf8(canonical(value));
}

/** The RFC 8785 text of any JSON value. */
export function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 section 3.2.3 wants
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** Whether a value is an object and no list. */
export function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The value, an object with exactly these members. Throws Malformed otherwise. */
export function exactly(value, names) {
  demand(isObject(value), "not an object");
  const found = Object.keys(value);
  demand(found.length === names.length && names.every((name) => Object.hasOwn(value, name)), `not exactly ${names}`);
  return value;
}

/** Whether this is a whole number from 0 that every reader holds exactly. */
export function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function check(value, depth) {
  demand(depth > 0, "nested too deeply");
  if (typeof value === "string") checkText(value);
  else if (typeof value === "number") demand(Number.isSafeInteger(value), "not a whole number");
  else if (Array.isArray(value)) value.forEach((item) => check(item, depth - 1));
  else if (value !== null && typeof value === "object") {
    for (const [name, item] of Object.entries(value)) {
      checkText(name);
      check(item, depth - 1);
    }
  }
}

function checkText(text) {
  demand(!/\p{Surrogate}/u.test(text), "a lone surrogate");
  demand(text.normalize("NFC") === text, "text is not in normal form C");
}

/** Reads compact JSON: white space has no place in a canonical text. */
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  value(depth) {
    demand(depth > 0, "nested too deeply");
    const sign = this.text[this.at];
    if (sign === "{") return this.object(depth);
    if (sign === "[") return this.list(depth);
    if (sign === '"') return this.string();
    for (const word of Object.keys(WORDS)) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return WORDS[word];
      }
    }
    return this.number();
  }

  object(depth) {
    const found = Object.create(null); // so that a member called __proto__ is a member
    this.take("{");
    if (this.has("}")) return found;
    do {
      const name = this.string();
      demand(!Object.hasOwn(found, name), "duplicate key");
      this.take(":");
      found[name] = this.value(depth - 1);
    } while (this.has(","));
    this.take("}");
    return found;
  }

  list(depth) {
    const found = [];
    this.take("[");
    if (this.has("]")) return found;
    do found.push(this.value(depth - 1));
    while (this.has(","));
    this.take("]");
    return found;
  }

  string() {
    this.take('"');
    let found = "";
    for (;;) {
      found += this.match(PLAIN);
      if (this.has('"')) break;
      this.take("\\");
      found += this.escaped();
    }
    checkText(found);
    return found;
  }

  escaped() {
    const sign = this.text[this.at++];
    if (sign !== "u") return ESCAPES[sign] ?? malformed("unknown escape");
    const digits = this.text.slice(this.at, this.at + 4);
    demand(/^[0-9a-fA-F]{4}$/.test(digits), "malformed escape");
    this.at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  number() {
    const digits = this.match(NUMBER);
    demand(digits !== "" && Number.isSafeInteger(Number(digits)), "not a whole number");
    return Number(digits);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  has(sign) {
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  take(sign) {
    if (!this.has(sign)) throw new Malformed(`${sign} expected`);
  }
}
