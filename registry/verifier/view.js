// The report for people: one sentence, four verdicts in words, the facts, what it does not prove. Everything is
// set as text, never as markup.

import { disclosures, levels, openFacts, sentence, stands } from "./story.js";
import { day, instant, known, say } from "./words.js";

const TONES = { valid: "ok", lowered: "wait", not_checkable: "plain", invalid: "stop" };

/** An element with attributes and children; text stays text. */
export function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The report as elements, its heading first. */
export function shown(examined, fileNames) {
  const { report, lines } = examined;
  const whole = Object.values(report.verdicts).every(({ state }) => state !== "invalid");
  return [
    el("h2", { tabindex: "-1", class: "result-heading" }, say("result")),
    el("p", { class: "hint" }, say("chosen", { names: listed(fileNames) })),
    first(examined, whole),
    el("h3", {}, say("verdicts")),
    verdicts(report),
    ...(whole && report.origin ? facts(examined) : []),
    ...(whole && lines.length > 0 ? [...story(lines), ...meanings(lines)] : []),
    el("h3", {}, say("limits")),
    limits(report),
    printer(),
    machine(report),
  ];
}

/** Why nothing was checked, as elements. */
export function refused(words) {
  return [el("div", { class: "finding stop", role: "alert" }, el("p", {}, words))];
}

function first(examined, whole) {
  const { report } = examined;
  const known = { attachment_differs: "no_bundle", quorum_missing: "too_few", unreadable: "not_read" };
  const told = known[report.verdicts.integrity.code];
  if (!whole) return finding("stop", say(told ?? "failed"));
  if (report.origin === "") return finding("plain", say("unknown"), say("browser_cannot"));
  const { code, params, tone } = sentence(examined, shanghaiDay(new Date()));
  const said = say(code, spelt(params));
  if (report.verdicts.integrity.state === "not_checkable") return finding("plain", say("form_only"), said);
  const doubt = { key_not_pinned: "issuer_unknown", key_from_site: "issuer_site" }[report.verdicts.integrity.code];
  if (doubt) return finding("wait", say(doubt), said);
  // Green is kept for what stands and was checked against a key the reader brought.
  const green = report.ok && report.verdicts.integrity.state === "valid" && (stands(code) || tone === "plain");
  return finding(green ? "ok" : "wait", said);
}

function finding(tone, ...sentences) {
  return el("div", { class: `finding ${tone}`, role: "status" }, ...sentences.map((words) => el("p", {}, words)));
}

function spelt(params) {
  const days = new Set(["from", "to", "on", "asof"]);
  const typed = new Set(["seed"]); // whatever it is, it is no code of ours
  const told = (name, value) => (days.has(name) ? day(value) : typed.has(name) ? value : say(String(value)));
  const words = Object.entries(params).map(([name, value]) => [name, told(name, value)]);
  return Object.fromEntries(words);
}

function verdicts(report) {
  return el(
    "dl",
    { class: "verdicts" },
    ...Object.entries(report.verdicts).map(([name, { state, code, seq }]) =>
      el(
        "div",
        { class: TONES[state] },
        el("dt", {}, say(name)),
        el(
          "dd",
          {},
          el("strong", { class: "state" }, say(state)),
          el("span", {}, `${say(code)}${seq === null ? "" : ` [${say("place")} ${seq}]`}${where(state, report)}`),
        ),
      ),
    ),
  );
}

/** Of an extract, the member that does not hold. */
function where(state, { facts: { file } }) {
  return state === "invalid" && file ? ` [${say("member")} ${file}]` : "";
}

function facts({ report, lines, subject, papers }) {
  const rows = [
    ["subject", subject ?? report.facts.subject],
    ...openFacts(lines).map(([label, value]) => [label, factWords(label, value)]),
    ...drawing(report.facts),
    ["papers", papers && listed(papers.map(paperWords))],
    ["seal", sealWords(report.facts.seal)],
    ["log", report.origin],
    ["size", String(report.size)],
  ].filter(([, value]) => value);
  const opened = disclosures(lines);
  return [
    el("h3", {}, say("facts")),
    pairs(rows.map(([label, value]) => [say(label), value])),
    ...(lines.length === 0 ? [] : [el("h3", {}, say("disclosed"))]),
    opened.length > 0 ? pairs(opened.map(([seq, path, value]) => [pathWords(path), valueWords(value), seq])) : null,
    lines.length > 0 && opened.length === 0 ? el("p", {}, say("none_disclosed")) : null,
  ].filter(Boolean);
}

/** What an extract says of itself, and how its sample was drawn. */
function drawing({ extract, made_at: at, members, population, numbers, elsewhere }) {
  if (!extract) return [];
  const drawn = [["drawn", listed(numbers ?? [])], ["drawn_elsewhere", listed(elsewhere ?? [])], ["population", population]];
  return [["made_at", instant(at)], ["members", String(members)], ...drawn];
}

function factWords(label, value) {
  if (label === "term") return `${day(value.from)} – ${day(value.to)}`;
  if (label === "track_name") return say(value);
  if (label !== "fee") return Array.isArray(value) ? listed(value) : value;
  const method = known(`${value.method}_fee`) ?? value.method;
  return value.amount ? `¥ ${value.amount} · ${method}` : method;
}

function paperWords({ paper, file }) {
  const name = known(`${paper}_paper`) ?? paper;
  return file === undefined ? name : `${name} (${file})`;
}

function sealWords(seal) {
  if (!seal) return "";
  return say("seal_facts", { ...seal, at: instant(seal.at), how: seal.self_made ? say("seal_by_itself") : "" });
}

function listed(words) {
  return words.join(say("comma"));
}

function pathWords(path) {
  return known(`${path}_path`) ?? path;
}

function valueWords(value) {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return listed(value.map(valueWords));
  const part = ([name, item]) => say("part", { name: known(`${name}_part`) ?? name, value: valueWords(item) });
  const told = Object.entries(value).filter(([, item]) => item !== "");
  return told.map(part).join("\n");
}

function pairs(rows) {
  const row = ([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value));
  return el("dl", { class: "facts" }, ...rows.map(row));
}

function story(lines) {
  const item = ({ seq, entry, filing }) =>
    el(
      "li",
      {},
      el("span", { class: "when" }, instant(entry.time)),
      el("span", { class: "what" }, `${say(filing.type)} · ${filing.subject}`),
      el("span", { class: "who" }, say("by", { seq, names: signers(filing) })),
    );
  return [el("h3", {}, say("filings")), el("ol", { class: "filings" }, ...lines.map(item))];
}

function signers(filing) {
  const one = ({ said, level, kid }) =>
    say("signer", {
      role: stated(said.role),
      level: say(`${level}_level`),
      kid: kid.slice(0, 8),
    });
  return listed([say("registry_only"), ...filing.statements.map(one)]);
}

// an agent's statement says so behind the role, and where it may be read, under which power
function stated(role) {
  const [own, , power] = /^(.*?)( by agent(?: ([0-9a-f]{64}))?)?$/s.exec(role).slice(1);
  const plain = known(`${own}_role`) ?? own;
  if (own === role) return plain;
  return say("by_agent", { role: plain }) + (power ? ` ${power.slice(0, 8)}…` : "");
}

function meanings(lines) {
  const found = levels(lines);
  if (found.length === 0) return [];
  const said = found.map((level) => el("li", {}, say(`${level}_means`)));
  return [el("h3", {}, say("levels")), el("ul", {}, ...said)];
}

function limits(report) {
  const codes = [...new Set(["truth_not_proved", "nothing_else", ...report.notes, "office"])];
  return el("ul", { class: "limits" }, ...codes.map((code) => el("li", {}, say(code))));
}

function printer() {
  const button = el("button", { class: "button second", type: "button" }, say("print"));
  button.addEventListener("click", () => window.print());
  return el("p", { class: "buttons" }, button);
}

function machine(report) {
  const text = el("pre", { tabindex: "0" }, JSON.stringify(report, null, 2));
  return el("details", { class: "machine" }, el("summary", {}, say("report")), text);
}

function shanghaiDay(now) {
  return new Date(now.getTime() + 8 * 3600 * 1000).toISOString().slice(0, 10);
}
