// A certificate PDF with its bundle attached, section 7 of the formats: what was added behind the printed file
// is made again from the printed file and the bundle alone, and every byte is compared.

import { concat, demand, hex, latin1, same, sha256, utf8 } from "./bytes.js";
import { papersOf } from "./bundle.js";
import { Fault, fault } from "./verdicts.js";

const ADDED_TABLE = /^xref\n0 1\n0000000000 65535 f \n(\d+) 1\n(\d{10}) 00000 n \n(\d+) 2\n(\d{10}) 00000 n \n/;

/** Whether a file is a PDF, by how it begins. */
export function isPdf(bytes) {
  return latin1(bytes.subarray(0, 5)) === "%PDF-";
}

/**
 * The two parts of a certificate with its bundle: `{printed, bundle}`, and null for a PDF without one. Throws
 * Fault attachment_differs when something was added that is not exactly the attachment.
 */
export function splitCertificate(bytes) {
  return fault("integrity", "attachment_differs", null, () => {
    const text = latin1(bytes);
    const found = ADDED_TABLE.exec(text.slice(lastNumber(text)));
    if (!found && !text.includes("vnd.open-license.bundle")) return null;
    demand(found, "no table as it should be");
    const printed = bytes.subarray(0, Number(found[4]));
    const opening = /stream\n/.exec(text.slice(printed.length));
    const length = Number(/\/Length (\d+) >>\n$/.exec(text.slice(printed.length).slice(0, opening?.index))?.[1]);
    demand(opening && Number.isSafeInteger(length), "no attachment");
    const begin = printed.length + opening.index + opening[0].length;
    const bundle = bytes.subarray(begin, begin + length);
    demand(same(concat(printed, attachment(printed, bundle)), bytes), "not the attachment");
    return { printed, bundle };
  });
}

/** The paper a file is, by the papers the bundle's filings name. Throws Fault paper_unknown. */
export async function checkPaper(lines, bytes, wanted = null) {
  const digest = hex(await sha256(bytes));
  const found = papersOf(lines).find((paper) => paper.digest === digest && (!wanted || paper.paper === wanted));
  if (!found) throw new Fault("integrity", "paper_unknown");
  return found;
}

/** What is added behind the printed file: a function of it and of the bundle. Throws Malformed. */
function attachment(printed, bundle) {
  const text = latin1(printed);
  demand(text.endsWith("%%EOF\n"), "the printed file does not end as it should");
  const table = lastNumber(text);
  const trailer = text.slice(text.lastIndexOf("trailer"));
  const size = number(/\/Size (\d+)/.exec(trailer));
  const root = number(/\/Root (\d+) 0 R/.exec(trailer));
  const info = /\/Info (\d+ 0 R)/.exec(trailer)?.[1];
  const id = /\/ID\s*(\[[^\]]*\])/.exec(trailer)?.[1];
  demand(info && id, "a trailer without its parts");
  const catalog = dictionary(text, offsetOf(text, table, root), root);

  const parts = [];
  const offsets = [];
  let at = printed.length;
  const add = (bytes) => {
    parts.push(bytes);
    at += bytes.length;
  };
  const object = (number_, ...body) => {
    offsets.push(at);
    add(utf8(`${number_} 0 obj\n`));
    body.forEach(add);
    add(utf8("endobj\n"));
  };
  object(
    size,
    utf8(`<< /Type /EmbeddedFile /Subtype /application#2Fvnd.open-license.bundle.v1+json /Length ${bundle.length} >>\n`),
    utf8("stream\n"),
    bundle,
    utf8("\nendstream\n"),
  );
  const name = "license-bundle.json";
  object(
    size + 1,
    utf8(`<< /Type /Filespec /F (${name}) /UF (${name}) /AFRelationship /Data /EF << /F ${size} 0 R >> >>\n`),
  );
  const names = `/AF [ ${size + 1} 0 R ] /Names << /EmbeddedFiles << /Names [ (${name}) ${size + 1} 0 R ] >> >>`;
  object(root, bytesOf(`<< ${catalog} ${names} >>\n`));
  const [first, second, third] = offsets.map((offset) => String(offset).padStart(10, "0"));
  const start = at;
  add(utf8(`xref\n0 1\n0000000000 65535 f \n${root} 1\n${third} 00000 n \n`));
  add(utf8(`${size} 2\n${first} 00000 n \n${second} 00000 n \n`));
  add(bytesOf(`trailer\n<< /Size ${size + 2} /Root ${root} 0 R /Info ${info} /ID ${id} /Prev ${table} >>\n`));
  add(utf8(`startxref\n${start}\n%%EOF\n`));
  return concat(...parts);
}

/** The byte position the last startxref names. */
function lastNumber(text) {
  return number(/^startxref\n(\d+)\n%%EOF\n$/.exec(text.slice(Math.max(text.lastIndexOf("startxref"), 0))));
}

function number(match) {
  demand(match && Number.isSafeInteger(Number(match[1])), "a number is missing");
  return Number(match[1]);
}

/** Where an object begins, by the printed file's own table. */
function offsetOf(text, table, wanted) {
  const lines = text.slice(table).split(/[ \t]*\r?\n/);
  demand(lines[0] === "xref", "no table of objects");
  for (let at = 1; /^\d+ \d+$/.test(lines[at] ?? ""); ) {
    const [first, count] = lines[at].split(" ").map(Number);
    if (first <= wanted && wanted < first + count) {
      return number(/^(\d{10}) \d{5} n$/.exec(lines[at + 1 + wanted - first] ?? ""));
    }
    at += 1 + count;
  }
  return demand(false, "an object is not in the table");
}

/** The text between `<<` and its `>>` of an object. */
function dictionary(text, offset, wanted) {
  const opening = new RegExp(`^${wanted} 0 obj\\s*<<`).exec(text.slice(offset, offset + 200));
  demand(opening, "not the object");
  const begin = offset + opening[0].length;
  const end = text.indexOf("endobj", begin);
  const close = text.slice(begin, end).lastIndexOf(">>");
  demand(end > 0 && close >= 0, "not a dictionary");
  return text.slice(begin, begin + close).trim();
}

function bytesOf(text) {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}
