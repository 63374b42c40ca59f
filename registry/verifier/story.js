// What the checked filings say, in the order people ask: the sentence, the facts, the disclosed values.

const LAST_OF_TERM = ["said_in_force", "said_open_end"];

/** `{code, params, tone}` of the first sentence. `today` is a day of Shanghai, like 2026-11-22. */
export function sentence({ report, lines, subject }, today) {
  if (report.kind === "checkpoint") return { code: "said_head", params: { count: report.size }, tone: "plain" };
  if (report.kind === "extract" || report.kind === "list") return extract(report.facts);
  if (report.kind === "receipt" || report.kind === "proof") {
    const { seq, type, time } = report.facts;
    return { code: "said_filing", params: { seq, type, on: time }, tone: "plain" };
  }
  const of = (...types) => lines.filter(({ filing }) => types.includes(filing.type) && filing.subject === subject);
  const asof = lines.at(-1).entry.time;
  if (of("license.noticed").length > 1) {
    return { code: "said_several", params: { count: of("license.noticed").length }, tone: "plain" };
  }
  return of("license.noticed").length === 1 ? license(of, asof, today) : declaration(of, asof);
}

function extract({ extract: kind, rows, made_at: on, of: all, numbers, seed, as_of: size }) {
  if (kind !== "sample") return { code: "said_extract", params: { kind: `${kind}_extract`, rows, on }, tone: "plain" };
  return { code: "said_sample", params: { count: numbers.length, all, seed, size, on }, tone: "plain" };
}

function license(of, asof, today) {
  const on = of("license.noticed")[0].entry.time;
  const [effective] = of("license.effective").slice(-1);
  const [ended] = of("license.ended").slice(-1);
  if (ended) {
    const to = ended.filing.fields.last_day ?? ended.filing.fields.instant;
    if (!effective) return { code: "said_never", params: { on, to }, tone: "plain" };
    return { code: "said_ended", params: { from: effective.filing.fields.instant, to }, tone: "wait" };
  }
  if (!effective) return { code: "said_noticed", params: { on }, tone: "wait" };
  const { instant: from, last_day: to } = effective.filing.fields;
  if (to === undefined) return { code: "said_open_end", params: { from, asof }, tone: "ok" };
  if (to < today) return { code: "said_expired", params: { from, to }, tone: "wait" };
  return { code: "said_in_force", params: { from, to, asof }, tone: "ok" };
}

function declaration(of, asof) {
  const [published] = of("declaration.published").slice(-1);
  if (!published) return { code: "said_head", params: { count: 0 }, tone: "plain" };
  const on = published.entry.time;
  const move = of(
    "declaration.withdrawn",
    "declaration.withdrawal_announced",
    "declaration.ended",
    "declaration.paused",
    "declaration.resumed",
  ).at(-1);
  if (!move || move.filing.type === "declaration.resumed") {
    return { code: "said_offered", params: { on, to: published.filing.fields.offer_last_day, asof }, tone: "ok" };
  }
  const to = move.filing.fields.last_day ?? move.filing.fields.instant ?? move.filing.fields.cnipa_day;
  const code = move.filing.type === "declaration.paused" ? "said_paused" : "said_closed";
  return { code, params: { on, to }, tone: "wait" };
}

/** Whether a sentence says that the license or offer stands. */
export function stands(code) {
  return LAST_OF_TERM.includes(code) || code === "said_offered";
}

/** `[label, value]` pairs of what stands open in the filings; values are text or lists of text. */
export function openFacts(lines) {
  const last = (type) => lines.filter(({ filing }) => filing.type === type).at(-1)?.filing.fields ?? {};
  const published = last("declaration.published");
  const noticed = last("license.noticed");
  const effective = last("license.effective");
  const found = [
    ["patents", published.patents],
    ["owners", published.owners],
    ["track_name", noticed.track],
    ["terms", noticed.standard_terms ?? published.standard_terms],
    ["term", effective.last_day ? { from: effective.instant, to: effective.last_day } : undefined],
    ["fee", published.fee],
  ];
  return found.filter(([, value]) => value !== undefined && value.length !== 0);
}

/** `[seq, path, value]` of every value the file opens. */
export function disclosures(lines) {
  return lines.flatMap(({ seq, disclosed }) =>
    Object.entries(disclosed ?? {}).map(([path, value]) => [seq, path, value]),
  );
}

/** The levels of signature that occur. */
export function levels(lines) {
  return [...new Set(lines.flatMap(({ filing }) => filing.statements.map(({ level }) => level)))].sort();
}
