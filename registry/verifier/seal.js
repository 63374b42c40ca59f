// The seal on a certificate, section 7a of the formats: what was added is made again and compared, then the
// signature in its hole is checked, and whose it is.

import { concat, demand, hex, latin1, same, sha256, unhex } from "./bytes.js";
import { ascii, attachedCatalogue, matched, once, readPrinted, splitAttached, textOfObject } from "./certificate.js";
import { TAGS, itemAt, items, read, readAll, write } from "./der.js";
import { Fault, fault } from "./verdicts.js";
import { fingerprint, holds, isAuthority, issued, kindOf, maySeal, readCertificate, rsaBits, validAt } from "./x509.js";

const HOLE = 16384; // bytes
const CERTIFIED =
  "/Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ]";
const BEGIN =
  /\d+ 0 obj\n<< \/Type \/Sig \/Filter \/Adobe\.PPKLite \/SubFilter \/ETSI\.CAdES\.detached \/M \(D:(2\d{13})Z\) [^<>]*<<[^<>]*<<[^<>]*>> >> \] \/ByteRange \[[0-9 ]{34}\] \/Contents </y;
const MARK = " 0 obj\n<< /Type /Sig ";
const LONGEST_CHAIN = 8;
const LEAST_RSA = 2048; // bits
const OIDS = {
  signedData: "06092a864886f70d010702",
  data: "06092a864886f70d010701",
  contentType: "06092a864886f70d010903",
  messageDigest: "06092a864886f70d010904",
  signingCertificate: "060b2a864886f70d010910022f",
  timestamp: "060b2a864886f70d010910020e",
  sha256: "0609608648016503040201",
};
const NULL = "0500";
const RSA = ["06092a864886f70d010101", "06092a864886f70d01010b"];
const ECDSA = "300a06082a8648ce3d040302";
const PSS =
  "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";

/**
 * A sealed certificate taken apart: `{printed, bundle, before, after, at, signature}`, null without a seal.
 * Throws Fault seal_appended, seal_differs.
 */
export async function unseal(bytes) {
  return fault("seal", "seal_differs", null, () => opened(bytes));
}

/**
 * The verdict on a seal and what is told of it: `{verdict: [state, code], facts, stamped}`. `given` are the
 * certificates the reader trusts, `now` milliseconds. Throws Fault seal_wrong.
 */
export async function checkSeal(sealed, given, now) {
  const { leaf, others, stamped } = await fault("seal", "seal_wrong", null, () => signed(sealed));
  const selfMade = await issued(leaf, leaf);
  const facts = {
    at: new Date(sealed.at).toISOString(),
    by: leaf.name,
    fingerprint: await fingerprint(leaf),
    self_made: selfMade,
  };
  const verdict = await judged(leaf, others, { given, selfMade, at: sealed.at, until: Math.max(now, sealed.at) });
  return { verdict, facts, stamped };
}

function opened(bytes) {
  const text = latin1(bytes);
  const mark = text.lastIndexOf(MARK);
  if (mark < 0) return null;
  const start = text.lastIndexOf("\n", mark - 1) + 1;
  const [head, instant] = matched(BEGIN, text, start);
  const at = instantOf(instant);
  const hole = text.slice(start + head.length, start + head.length + 2 * HOLE);
  demand(hole.length === 2 * HOLE, "a hole of another size");
  const signature = itemAt(unhex(hole), 0).raw;
  const whole = bytes.subarray(0, start);
  const parts = splitAttached(whole);
  const { before, after } = frame(whole, parts.printed, instant);
  const filled = `<${hex(signature).padEnd(2 * HOLE, "0")}>`;
  const again = concat(before, ascii(filled), after);
  if (bytes.length > again.length && same(bytes.subarray(0, again.length), again)) throw new Fault("seal", "seal_appended");
  demand(same(again, bytes), "not what it must be");
  return { ...parts, before, after, at, signature };
}

/** The file around the hole: a function of the certificate with its bundle, and the instant. */
function frame(whole, printed, instant) {
  const text = latin1(printed);
  const { size, root, catalog, info, id, table } = readPrinted(text);
  const [n, page] = [size + 2, firstPage(text, { catalog, table, size })];
  const head = `${n} 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:${instant}Z) ${CERTIFIED} /ByteRange [`;
  const before = whole.length + head.length + 34 + "] /Contents ".length;
  const widget = `/Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /F 132 /Rect [ 0 0 0 0 ] /P ${page.number} 0 R /V ${n} 0 R`;
  const form = `/AcroForm << /Fields [ ${n + 1} 0 R ] /SigFlags 3 >> /Perms << /DocMDP ${n} 0 R >>`;
  const close = " >>\nendobj\n";
  const objects = [
    `${n + 1} 0 obj\n<< ${widget} >>\nendobj\n`,
    `${page.number} 0 obj\n<< ${page.text} /Annots [ ${n + 1} 0 R ] >>\nendobj\n`,
    `${root} 0 obj\n<< ${attachedCatalogue(catalog, size)} ${form} >>\nendobj\n`,
  ];
  const places = [whole.length, before + 2 * HOLE + 2 + close.length];
  for (const object of objects) places.push(places.at(-1) + object.length);
  const [seal, field, sheet, catalogue, start] = places;
  const row = (place) => `${String(place).padStart(10, "0")} 00000 n \n`;
  const rows = `${root} 1\n${row(catalogue)}${page.number} 1\n${row(sheet)}${n} 2\n${row(seal)}${row(field)}`;
  const [, previous] = /startxref\n(\d+)\n%%EOF\n$/.exec(latin1(whole.subarray(-64)));
  const trailer = `<< /Size ${n + 2} /Root ${root} 0 R /Info ${info} /ID ${id} /Prev ${previous} >>`;
  const end = `xref\n0 1\n0000000000 65535 f \n${rows}trailer\n${trailer}\nstartxref\n${start}\n%%EOF\n`;
  const after = ascii(close + objects.join("") + end);
  const ranges = ` 0 ${spaced(before, 10)} ${spaced(before + 2 * HOLE + 2, 10)} ${spaced(after.length, 9)}`;
  return { before: concat(whole, ascii(`${head}${ranges}] /Contents `)), after };
}

function spaced(number, width) {
  return String(number).padEnd(width, " ");
}

function firstPage(text, { catalog, table, size }) {
  const tree = Number(once(catalog, /\/Pages (\d+) 0 R/g));
  const number = Number(once(textOfObject(text, tree, { table, size }), /\/Kids \[ (\d+) 0 R/g));
  const page = textOfObject(text, number, { table, size });
  demand(!page.includes("/Annots"), "a page with notes");
  return { number, text: page };
}

function instantOf(digits) {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  const [y, m, d, h, min, s] = parts.map(Number);
  const at = Date.UTC(y, m - 1, d, h, min, s);
  demand(new Date(at).toISOString().replace(/[-T:]|\.000Z/g, "") === digits, "no instant");
  return at;
}

/** Who signed these bytes: one signer, SHA-256, its certificate and those above it named, and nothing extra. */
async function signed({ before, after, signature }) {
  const [kind, inside] = items(read(signature, TAGS.sequence), TAGS.oid, TAGS.context0);
  const [version, digests, content, certificates, signers] = items(
    items(inside, TAGS.sequence)[0], TAGS.integer, TAGS.set, TAGS.sequence, TAGS.context0, TAGS.set,
  );
  demand(hex(kind.raw) === OIDS.signedData && hex(version.raw) === "020101", "not signed data");
  demand(hex(items(content, TAGS.oid)[0].raw) === OIDS.data, "not a detached signature");
  const signer = signerOf(items(signers, TAGS.sequence)[0]);
  checkDigest(items(digests, TAGS.sequence)[0]);
  const named = attributesOf(signer.attributes);
  const [leaf, ...others] = await namedIn(named, readAll(certificates.content));
  const [issuer, serial] = items(signer.identity, TAGS.sequence, TAGS.integer);
  demand(same(issuer.raw, leaf.issuer) && same(serial.content, leaf.serial), "another certificate's number");
  const digest = hex(await sha256(before, after));
  demand(named.get(OIDS.contentType) === OIDS.data && named.get(OIDS.messageDigest) === `0420${digest}`, "something else");
  const message = write(TAGS.set, signer.attributes.content);
  demand(await holds(leaf.key, schemeOf(leaf.key, signer.algorithm), message, signer.signature), "does not hold");
  return { leaf, others, stamped: isStamped(signer.unsigned) };
}

function signerOf(item) {
  const parts = readAll(item.content);
  const tags = [TAGS.integer, TAGS.sequence, TAGS.sequence, TAGS.context0, TAGS.sequence, TAGS.octets, TAGS.context1];
  demand([6, 7].includes(parts.length) && parts.every(({ tag }, at) => tag === tags[at]), "not the fields of a signer");
  const [version, identity, digest, attributes, algorithm, signature, unsigned] = parts;
  demand(hex(version.raw) === "020101", "a signer of another version");
  checkDigest(digest);
  return { identity, attributes, algorithm, signature: signature.content, unsigned };
}

function checkDigest(item) {
  const [oid, ...rest] = readAll(item.content);
  demand(hex(oid.raw) === OIDS.sha256 && rest.length < 2 && rest.every(({ raw }) => hex(raw) === NULL), "another digest");
}

function attributesOf(item) {
  const found = new Map();
  for (const one of readAll(item.content)) {
    const [kind, values] = items(one, TAGS.oid, TAGS.set);
    const all = readAll(values.content);
    demand(all.length === 1 && !found.has(hex(kind.raw)), "an attribute twice, or of many values");
    found.set(hex(kind.raw), hex(all[0].raw));
  }
  return found;
}

/** The certificates in the order the signature names them, all of them. */
async function namedIn(attributes, certificates) {
  demand(attributes.has(OIDS.signingCertificate), "signed in nobody's name");
  const listed = items(read(unhex(attributes.get(OIDS.signingCertificate)), TAGS.sequence), TAGS.sequence)[0];
  const digests = readAll(listed.content).map((one) => hex(items(one, TAGS.octets)[0].content));
  const found = new Map();
  for (const one of certificates) found.set(hex(await sha256(one.raw)), one);
  demand(digests.length > 0 && digests.length <= LONGEST_CHAIN && new Set(digests).size === digests.length, "named twice");
  demand(digests.length === certificates.length && digests.every((digest) => found.has(digest)), "other certificates");
  return digests.map((digest) => readCertificate(found.get(digest)));
}

function schemeOf(key, algorithm) {
  const { kind, curve } = kindOf(key);
  const said = hex(algorithm.raw);
  if (kind === "ec") {
    demand(curve === "P-256" && said === ECDSA, "a key or signature of another kind");
    return { hash: "SHA-256", pss: false };
  }
  demand(kind === "rsa" && rsaBits(key) >= LEAST_RSA, "a key of another kind");
  if (said === PSS) return { hash: "SHA-256", pss: true };
  const [oid, ...rest] = readAll(algorithm.content);
  demand(RSA.includes(hex(oid.raw)) && rest.length < 2 && rest.every(({ raw }) => hex(raw) === NULL), "another kind");
  return { hash: "SHA-256", pss: false };
}

/** Whether a timestamp stands beside the signature, the only thing that may: it is not checked in a browser. */
function isStamped(unsigned) {
  if (!unsigned) return false;
  const attributes = attributesOf(unsigned);
  demand(attributes.size === 1 && attributes.has(OIDS.timestamp), "an attribute that anybody could have added");
  return true;
}

async function judged(leaf, others, { given, selfMade, at, until }) {
  if (!validAt(leaf, at)) return ["lowered", "seal_out_of_time"];
  if (!maySeal(leaf)) return ["lowered", "seal_usage"];
  if (!(await known(leaf, others, given, at))) return ["lowered", selfMade ? "seal_self_made" : "seal_unknown"];
  if (!validAt(leaf, until)) return ["lowered", "seal_expired"];
  return ["valid", "seal_known"];
}

/** Whether a certificate that was given is this one, or stands above it. */
async function known(leaf, others, given, at) {
  if (given.some(({ raw }) => same(raw, leaf.raw))) return true;
  const above = async (below, one) => isAuthority(one) && validAt(one, at) && (await issued(below, one));
  const chain = [leaf, ...others];
  for (const [place, below] of chain.entries()) {
    for (const one of given) if (await above(below, one)) return true;
    const next = chain[place + 1];
    if (!next || !(await above(below, next))) return false;
  }
  return false;
}
