// A certificate PDF with its bundle attached, section 7 of the formats: what was added behind the printed file
// is made again from the printed file and the bundle alone, and every byte is compared.

import { concat, demand, hex, latin1, same, sha256 } from "./bytes.js";
import { papersOf } from "./bundle.js";
import { Fault, fault } from "./verdicts.js";

// A space without break (0xA0) is no white space of a PDF, though JavaScript takes it for such.
const TRAILER = /trailer[ \t\n\v\f\r]*<<([^]*?)>>[ \t\n\v\f\r]*startxref\n(\d+)\n%%EOF\n$/;
const ADDED = /xref\n0 1\n0000000000 65535 f \n\d+ 1\n\d{10} 00000 n \n\d+ 2\n(\d{10}) 00000 n \n\d{10} 00000 n \ntrailer\n/y;
const ATTACHED = /\d+ 0 obj\n<< [^<>]* \/Length (\d+) >>\nstream\n/y;
const ROW = 20; // bytes of one line of the table of references
const NAME = "license-bundle.json";

/** Whether a file is a PDF, by how it begins. */
export function isPdf(bytes) {
  return latin1(bytes.subarray(0, 5)) === "%PDF-";
}

/** The two parts of a certificate with its bundle: `{printed, bundle}`. Throws Fault attachment_differs. */
export function splitCertificate(bytes) {
  return fault("integrity", "attachment_differs", null, () => splitAttached(bytes));
}

/** The same. Throws Malformed. */
export function splitAttached(bytes) {
  const text = latin1(bytes);
  const end = Number(matched(ADDED, text, text.lastIndexOf("xref\n0 1\n"))[1]);
  const [head, length] = matched(ATTACHED, text, end);
  const begin = end + head.length;
  const [printed, bundle] = [bytes.subarray(0, end), bytes.subarray(begin, begin + Number(length))];
  demand(same(attached(printed, bundle), bytes), "not what it must be");
  return { printed, bundle };
}

/** The text of the catalogue once a bundle is attached. */
export function attachedCatalogue(catalog, size) {
  const named = `/AF [ ${size + 1} 0 R ] /Names << /EmbeddedFiles << /Names [ (${NAME}) ${size + 1} 0 R ] >> >>`;
  return `${catalog} ${named}`;
}

/** The paper a file is, by the papers the subject's filings name. Throws Fault paper_unknown. */
export async function checkPaper({ lines, subject }, bytes, wanted = null) {
  const digest = hex(await sha256(bytes));
  const own = lines.filter(({ filing }) => filing.subject === subject);
  const found = papersOf(own).find((paper) => paper.digest === digest && (!wanted || paper.paper === wanted));
  if (!found) throw new Fault("integrity", "paper_unknown");
  return found;
}

/** Whether behind one of these papers a later edition of its kind was issued, as the filings number them. */
export function hasNewer({ lines, subject }, papers) {
  const issued = papersOf(lines.filter(({ filing }) => filing.subject === subject));
  const newer = (one, other) =>
    one.paper === other.paper &&
    one.declaration === other.declaration &&
    [one, other].every(({ version }) => Number.isInteger(version)) &&
    one.version > other.version;
  return papers.some((paper) => issued.some((other) => newer(other, paper)));
}

/** The printed file with the bundle behind it: a function of the two alone. Throws Malformed. */
function attached(printed, bundle) {
  const { size, root, catalog, info, id, table } = readPrinted(latin1(printed));
  const next = size + 1;
  const type = "/Type /EmbeddedFile /Subtype /application#2Fvnd.open-license.bundle.v1+json";
  const described = `/Type /Filespec /F (${NAME}) /UF (${NAME}) /AFRelationship /Data /EF << /F ${size} 0 R >>`;
  const objects = [
    concat(ascii(`${size} 0 obj\n<< ${type} /Length ${bundle.length} >>\nstream\n`), bundle, ascii("\nendstream\nendobj\n")),
    ascii(`${next} 0 obj\n<< ${described} >>\nendobj\n`),
    ascii(`${root} 0 obj\n<< ${attachedCatalogue(catalog, size)} >>\nendobj\n`),
  ];
  const places = [printed.length];
  for (const object of objects) places.push(places.at(-1) + object.length);
  const [file, description, catalogue, start] = places;
  const row = (place) => `${String(place).padStart(10, "0")} 00000 n \n`;
  const rows = `${root} 1\n${row(catalogue)}${size} 2\n${row(file)}${row(description)}`;
  const trailer = `<< /Size ${size + 2} /Root ${root} 0 R /Info ${info} /ID ${id} /Prev ${table} >>`;
  const end = `xref\n0 1\n0000000000 65535 f \n${rows}trailer\n${trailer}\nstartxref\n${start}\n%%EOF\n`;
  return concat(printed, ...objects, ascii(end));
}

/** What the addition needs to know of the printed file: its last trailer, and the text of its catalogue. */
export function readPrinted(text) {
  const [, trailer, place] = TRAILER.exec(text.slice(Math.max(text.lastIndexOf("trailer"), 0))) ?? [];
  demand(trailer !== undefined, "no plain trailer at the end");
  const size = Number(once(trailer, /\/Size[ \t\n\v\f\r]+(\d+)/g));
  const root = Number(once(trailer, /\/Root[ \t\n\v\f\r]+(\d+) 0 R/g));
  const table = Number(place);
  const body = textOfObject(text, root, { table, size });
  demand(!body.includes("/Names") && !body.includes("/AF"), "a catalogue with attachments");
  const info = once(trailer, /\/Info[ \t\n\v\f\r]+(\d+ 0 R)/g);
  const id = once(trailer, /\/ID[ \t\n\v\f\r]*(\[[ \t\n\v\f\r]*<[0-9a-f]+>[ \t\n\v\f\r]*<[0-9a-f]+>[ \t\n\v\f\r]*\])/g);
  return { size, root, catalog: body, info, id, table };
}

/** What stands between the brackets of a plain object, without white space at its ends. Throws Malformed. */
export function textOfObject(text, number, { table, size }) {
  const place = objectPlace(text, table, { size, number });
  const whole = new RegExp(`${number} 0 obj[ \\t\\n\\v\\f\\r]*<<([^]*?)>>[ \\t\\n\\v\\f\\r]*endobj\\n`, "y");
  return matched(whole, text, place)[1].replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
}

/** Where an object stands, by a table of one section that lists all objects. */
function objectPlace(text, table, { size, number }) {
  const head = `xref\n0 ${size}\n`;
  demand(text.startsWith(head, table) && number < size, "no plain table of references");
  return Number(matched(/(\d{10}) \d{5} n \n/y, text, table + head.length + ROW * number)[1]);
}

/** The match of a sticky pattern at this very place. Throws Malformed. */
export function matched(pattern, text, place) {
  demand(place >= 0, "not there");
  pattern.lastIndex = place;
  const found = pattern.exec(text);
  demand(found !== null, "not as it must be");
  return found;
}

/** The one thing a trailer names so. Throws Malformed when it is not there or twice. */
export function once(text, pattern) {
  const found = [...text.matchAll(pattern)];
  demand(found.length === 1, "a trailer names size, root, info and identity once");
  return found[0][1];
}

export function ascii(text) {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}
