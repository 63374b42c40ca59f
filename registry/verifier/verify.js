// What was brought is told apart by how it begins, checked, and answered in one report.

import { isArchive } from "./archive.js";
import { Malformed, NotHere, latin1, textOf } from "./bytes.js";
import { BUNDLE, checkBundle } from "./bundle.js";
import { checkPaper, hasNewer, isPdf, splitCertificate } from "./certificate.js";
import { checkExtract } from "./extract.js";
import { PROOF_HEADER } from "./notes.js";
import { parseTrust } from "./policy.js";
import { checkCheckpoint, checkProof } from "./proof.js";
import { checkReceipt } from "./receipt.js";
import { checkSeal, unseal } from "./seal.js";
import { Fault, failed, notHere, said } from "./verdicts.js";
import { isPem, readPem } from "./x509.js";

export const LARGEST = 64 * 1024 * 1024; // bytes of one file
const NO_TRUST = { from: "none", policy: null };

/** The trust given cannot be read. */
export class BadTrust extends Error {}

/** The files do not make one thing to check: `code` says why. */
export class BadFiles extends Error {}

/**
 * Check files under a trust and answer the report of `registry verify --json`.
 * @param {{name: string, bytes: Uint8Array}[]} files a bundle, receipt, checkpoint, extract, proof with its entry,
 *   or certificate, and papers beside it
 * @param {string | {text: string, from: "reader" | "site"} | null} trust verifier keys or a tlog-policy
 */
export async function verify(files, trust = null) {
  return (await examine(files, trust)).report;
}

/** As `verify`, with what was read on the way: `{report, lines, subject, papers}`. Throws BadTrust, BadFiles. */
export async function examine(files, trust = null) {
  const { main, entry, papers } = sort(files.filter(({ bytes }) => !isPem(bytes)));
  const seals = await certificates(files.filter(({ bytes }) => isPem(bytes)));
  const kind = kindOf(main.bytes);
  const trusted = await readTrust(trust);
  try {
    if (main.bytes.length > LARGEST) throw new Fault("integrity", "too_large");
    return await check(kind, main.bytes, { entry, papers, trusted, seals });
  } catch (error) {
    if (error instanceof Fault) return { report: failed(kind, error, trusted.from === "reader"), lines: [] };
    if (error instanceof NotHere) return { report: notHere(kind), lines: [] };
    throw error;
  }
}

async function check(kind, bytes, { entry, papers, trusted, seals }) {
  if (kind === "checkpoint") return checkCheckpoint(bytes, trusted);
  if (kind === "proof") return checkProof(bytes, entry.bytes, trusted);
  if (kind === "receipt") return checkReceipt(bytes, trusted);
  if (kind === "extract") return checkExtract(bytes, trusted);
  const sealed = kind === "certificate" ? await unseal(bytes) : null;
  const seal = sealed ? await checkSeal(sealed, seals, Date.now()) : null;
  const parts = kind === "certificate" ? (sealed ?? (await splitCertificate(bytes))) : { bundle: bytes };
  const opened = await checkBundle(parts.bundle, trusted, kind);
  const found = [];
  if (parts.printed) found.push(await checkPaper(opened, parts.printed, "certificate"));
  for (const { bytes: paper, name } of papers) found.push({ ...(await checkPaper(opened, paper)), file: name });
  const given = found.filter(({ file }) => file !== undefined).map(({ file, digest }) => ({ file, digest }));
  if (given.length > 0) opened.report.facts.papers_given = given;
  if (hasNewer(opened, found)) opened.report.notes = ["newer_edition", ...opened.report.notes];
  if (kind === "certificate") addSeal(opened.report, seal);
  return { ...opened, papers: found };
}

/** The seal beside the proof: a verdict of its own, and what is told of it. */
function addSeal(report, seal) {
  report.verdicts.seal = seal ? said(...seal.verdict) : said("not_checkable", "seal_missing");
  if (seal) report.facts.seal = seal.facts;
  if (seal?.stamped) report.notes = ["seal_timestamp_not_here", ...report.notes];
}

/** The certificates whose seals count. Throws BadTrust. */
async function certificates(files) {
  try {
    return files.flatMap(({ bytes }) => readPem(bytes));
  } catch (error) {
    if (error instanceof Malformed) throw new BadTrust(error.message);
    throw error;
  }
}

/** The one thing to check, and what belongs to it. Throws BadFiles. */
function sort(files) {
  const pdfs = files.filter(({ bytes }) => isPdf(bytes));
  const others = files.filter((file) => !pdfs.includes(file));
  const proofs = others.filter(({ bytes }) => kindOf(bytes) === "proof");
  if (proofs.length === 1) {
    const entries = others.filter((file) => file !== proofs[0]);
    if (entries.length !== 1 || pdfs.length > 0) throw new BadFiles("proof_needs_entry");
    return { main: proofs[0], entry: entries[0], papers: [] };
  }
  if (others.length === 1) {
    const alone = kindOf(others[0].bytes) !== "bundle";
    if (alone && pdfs.length > 0) throw new BadFiles("papers_need_bundle");
    return { main: others[0], papers: pdfs };
  }
  if (others.length > 1 || pdfs.length === 0) throw new BadFiles(files.length > 0 ? "too_many_files" : "no_file");
  if (pdfs.length === 1) return { main: pdfs[0], papers: [] };
  const carrying = pdfs.filter(({ bytes }) => latin1(bytes).includes("vnd.open-license.bundle"));
  if (carrying.length > 1) throw new BadFiles("too_many_files");
  const main = carrying[0] ?? pdfs[0];
  return { main, papers: pdfs.filter((file) => file !== main) };
}

/** certificate, extract, proof, checkpoint, bundle or receipt, by how the file begins. */
function kindOf(bytes) {
  const head = latin1(bytes.subarray(0, 64));
  if (head.startsWith("%PDF-")) return "certificate";
  if (isArchive(bytes)) return "extract";
  if (head.startsWith(PROOF_HEADER.slice(0, -1))) return "proof";
  if (bytes.includes(0x0a) && !/^[{[]/.test(head)) return "checkpoint";
  return head.startsWith('{"disclosures":') && latin1(bytes).includes(`"format":"${BUNDLE}"`) ? "bundle" : "receipt";
}

/** Whether a file spells keys or a policy: then it is no thing to check, but whom to trust. */
export async function isTrust(bytes) {
  if (bytes.length > 100_000) return false;
  try {
    await parseTrust(textOf(bytes));
    return true;
  } catch {
    return false;
  }
}

async function readTrust(trust) {
  const { text, from } = typeof trust === "string" ? { text: trust, from: "reader" } : (trust ?? { text: "" });
  if (text.trim() === "") return NO_TRUST;
  try {
    const policy = await parseTrust(text);
    if (policy.logs.length === 0) throw new Malformed("the policy names no log");
    return { from, policy };
  } catch (error) {
    if (error instanceof Malformed) throw new BadTrust(error.message);
    throw error;
  }
}
