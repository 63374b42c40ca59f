// Certificates (RFC 5280), as far as a seal's reader needs them: whose key, by whom, from when to when, what for.

import { Malformed, NotHere, demand, hex, isHex, latin1, malformed, same, sha256, subtle, textOf, unbase64 } from "./bytes.js";
import { TAGS, items, read, readAll } from "./der.js";
import { rawSignature } from "./signatures.js";

const COMMON_NAME = "0603550403";
const KEY_USAGE = "0603551d0f";
const BASIC = "0603551d13";
const RSA = "06092a864886f70d010101";
const EC = "06072a8648ce3d0201";
const CURVES = { "06082a8648ce3d030107": ["P-256", 32], "06052b81040022": ["P-384", 48] };
const NULL = "0500";
const TEXTS = [0x0c, 0x13, 0x16]; // UTF8String, PrintableString, IA5String
const SIGNED_WITH = {
  "06092a864886f70d01010b": ["rsa", "SHA-256"],
  "06092a864886f70d01010c": ["rsa", "SHA-384"],
  "06092a864886f70d01010d": ["rsa", "SHA-512"],
  "06082a8648ce3d040302": ["ec", "SHA-256"],
  "06082a8648ce3d040303": ["ec", "SHA-384"],
  "06082a8648ce3d040304": ["ec", "SHA-512"],
};
const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** Whether a file is one of certificates in PEM, by how it begins. */
export function isPem(bytes) {
  return latin1(bytes.subarray(0, 27)) === "-----BEGIN CERTIFICATE-----";
}

/** The certificates of a PEM file. Throws Malformed. */
export function readPem(bytes) {
  const found = [...latin1(bytes).matchAll(PEM)].map(([, text]) => unbase64(text.replace(/\s/g, "")));
  demand(found.length > 0, "no certificate");
  return found.map((raw) => readCertificate(read(raw, TAGS.sequence)));
}

/** A certificate taken apart. Throws Malformed. */
export function readCertificate(item) {
  const [body, algorithm, signature] = items(item, TAGS.sequence, TAGS.sequence, TAGS.bits);
  const fields = readAll(body.content);
  demand(fields.shift()?.tag === TAGS.context0 && fields.length >= 6, "not a certificate of version 3");
  const [serial, inner, issuer, validity, subject, key, ...rest] = fields;
  demand(same(inner.raw, algorithm.raw) && signature.content[0] === 0, "not a certificate");
  const [from, to] = readAll(validity.content).map(instant);
  const extensions = rest.find(({ tag }) => tag === TAGS.context3);
  return {
    raw: item.raw,
    body: body.raw,
    algorithm,
    signature: signature.content.subarray(1),
    serial: serial.content,
    issuer: issuer.raw,
    subject: subject.raw,
    name: commonName(subject),
    key,
    from,
    to,
    extensions: extensions ? extensionsOf(extensions) : new Map(),
  };
}

/** SHA-256 over the certificate, lowercase hex. */
export async function fingerprint(one) {
  return hex(await sha256(one.raw));
}

/** Whether its use, where it names one, includes signatures. */
export function maySeal({ extensions }) {
  if (!extensions.has(KEY_USAGE)) return true;
  const bits = read(extensions.get(KEY_USAGE), TAGS.bits).content;
  return bits.length > 1 && (bits[1] & 0xc0) !== 0;
}

/** Whether it may stand above others. */
export function isAuthority({ extensions }) {
  if (!extensions.has(BASIC)) return false;
  const [flag] = readAll(read(extensions.get(BASIC), TAGS.sequence).content);
  return flag?.tag === TAGS.boolean && flag.content[0] === 0xff;
}

export function validAt({ from, to }, at) {
  return from <= at && at <= to;
}

/** Whether the issuer's name and key stand behind the certificate. */
export async function issued(below, above) {
  if (!same(below.issuer, above.subject)) return false;
  const [oid, ...rest] = readAll(below.algorithm.content);
  const [kind, hash] = SIGNED_WITH[hex(oid.raw)] ?? [];
  if (kind !== kindOf(above.key).kind || !rest.every(({ raw }) => kind === "rsa" && hex(raw) === NULL)) return false;
  return holds(above.key, { hash, pss: false }, below.body, below.signature);
}

/** What kind of key a SubjectPublicKeyInfo holds: `{kind: "rsa"}` or `{kind: "ec", curve, half}`, else an empty one. */
export function kindOf(key) {
  const [algorithm] = items(key, TAGS.sequence, TAGS.bits);
  const [oid, more] = readAll(algorithm.content);
  if (hex(oid.raw) === RSA) return { kind: "rsa" };
  const curve = hex(oid.raw) === EC && more ? CURVES[hex(more.raw)] : undefined;
  return curve ? { kind: "ec", curve: curve[0], half: curve[1] } : {};
}

/** Bits of an RSA key. Throws Malformed. */
export function rsaBits(key) {
  const [, bits] = items(key, TAGS.sequence, TAGS.bits);
  const [modulus] = items(read(bits.content.subarray(1), TAGS.sequence), TAGS.integer, TAGS.integer);
  const digits = hex(modulus.content).replace(/^0+/, "");
  demand(isHex(digits, digits.length), "no number");
  return digits.length * 4 - (Math.clz32(parseInt(digits[0], 16)) - 28);
}

/** Whether the signature is this key's over the message. Throws NotHere where the browser cannot tell. */
export async function holds(key, { hash, pss }, message, signature) {
  const { kind, curve, half } = kindOf(key);
  try {
    if (kind === "rsa") {
      const name = pss ? "RSA-PSS" : "RSASSA-PKCS1-v1_5";
      const ready = await subtle().importKey("spki", key.raw, { name, hash }, false, ["verify"]);
      return await subtle().verify({ name, saltLength: 32 }, ready, signature, message);
    }
    if (kind !== "ec") return false;
    const ready = await subtle().importKey("spki", key.raw, { name: "ECDSA", namedCurve: curve }, false, ["verify"]);
    return await subtle().verify({ name: "ECDSA", hash }, ready, rawSignature(signature, half), message);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new NotHere(`no ${kind}`);
    if (error instanceof Malformed || error instanceof DOMException) return false;
    throw error;
  }
}

function extensionsOf(item) {
  const found = new Map();
  for (const one of readAll(items(item, TAGS.sequence)[0].content)) {
    const parts = readAll(one.content);
    const kind = hex(parts[0].raw);
    demand(parts.at(-1).tag === TAGS.octets && !found.has(kind), "not an extension, or one twice");
    found.set(kind, parts.at(-1).content);
  }
  return found;
}

function commonName(subject) {
  let name = "";
  for (const part of readAll(subject.content)) {
    for (const pair of readAll(part.content)) {
      const [kind, value] = readAll(pair.content);
      if (hex(kind.raw) === COMMON_NAME && TEXTS.includes(value.tag)) name = textOf(value.content);
    }
  }
  return name;
}

/** Milliseconds since the epoch of a UTCTime or GeneralizedTime. */
function instant({ tag, content }) {
  const text = latin1(content);
  const year = tag === 0x17 ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") : "";
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(year + text) ?? malformed("no instant");
  const [y, m, d, h, min, s] = parts.map(Number);
  return Date.UTC(y, m - 1, d, h, min, s);
}
