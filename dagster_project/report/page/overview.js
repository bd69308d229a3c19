// How we are doing: the sum of it in a sentence, the main figures in words, then every KPI against what it is held to.
const HEADLINES = [
  "first_response_minutes",
  "full_resolution_minutes",
  "sla_attainment_rate",
  "first_contact_resolution_rate",
  "csat_rate",
  "nps",
  "tickets_created",
  "backlog",
];

const targets = table("targets");

function targetOf(kpi, statistic, period) {
  const set = chosen();
  if (set.length > 1) return null;
  const [dimension, value] = set.length ? [set[0], choice[set[0]]] : ["overall", "all"];
  return targets.find(
    (it) =>
      it.kpi === kpi && it.statistic === statistic && it.period_grain === period.period_grain &&
      it.dimension === dimension && it.dimension_value === value,
  );
}

function scored(kpi, period) {
  const statistic = statisticOf.get(kpi);
  const now = figure(kpi, statistic, period);
  if (!now || now.value === null) return null;
  const held = targetOf(kpi, statistic, period);
  const usable = (it) => (it && !it.tooFew ? it.value : null);
  const row = {
    kpi,
    value: now.value,
    value_approximate: Boolean(now.approximate),
    tooFew: Boolean(now.tooFew),
    low: now.low,
    high: now.high,
    sample: now.sample,
    previous: usable(figure(kpi, statistic, before(period))),
    year_before: usable(figure(kpi, statistic, yearBefore(period))),
    target: held?.target_value ?? null,
    benchmark: chosen().length ? null : (held?.benchmark_value ?? null),
    publisher: held?.benchmark_publisher ?? null,
  };
  return { ...row, status: statusOf(row, held, period) };
}

function statusOf(row, held, period) {
  if (row.tooFew) return "too few";
  if (row.target === null) return "no target";
  if (held.period_start === period.period_start) return held.status;
  const meets = registry.get(row.kpi).direction === "higher" ? row.value >= row.target : row.value <= row.target;
  return meets ? "on target" : "off";
}

function changeText(row, period) {
  if (row.previous === null || row.previous === undefined) return "";
  const difference = row.value - row.previous;
  const amount = amountText(row.kpi, difference);
  const key = amount === amountText(row.kpi, 0) ? "same" : difference > 0 ? "more" : "less";
  return t(`change.${key}`, { amount, period: t(`change.before.${period.period_grain}`) });
}

function changeTone(row) {
  if (row.previous === null || amountText(row.kpi, row.value - row.previous) === amountText(row.kpi, 0)) return "plain";
  // More tickets are more work, not worse work.
  if (["tickets_created", "tickets_solved"].includes(row.kpi)) return "plain";
  return row.value > row.previous === (registry.get(row.kpi).direction === "higher") ? "good" : "bad";
}

function card(row, period) {
  const text = (value) => (row.value_approximate ? t("page.about", { value }) : value);
  const value = text(figureText(row.kpi, row.value));
  const change = changeText(row, period);
  return h(
    "li",
    { class: "card", "data-kpi": row.kpi },
    h("p", { class: "say" }, t(`say.${row.kpi}`)),
    h("p", { class: "figure" }, value),
    h("p", { class: `change ${changeTone(row)}` }, change || t("change.none")),
    h(
      "p",
      { class: "held" },
      row.status === "no target" ? null : h("span", { class: `tag ${tone(row.status)}` }, named(row.status)),
      row.target === null ? null : t("page.target", { value: figureText(row.kpi, row.target) }),
    ),
    h("p", { class: "more" }, definitionLink(row.kpi, kpiName(row.kpi)), t("page.sample", { count: decimal(row.sample, 0) })),
  );
}

function inShort(rows, period) {
  const judged = rows.filter((row) => ["on target", "near", "off"].includes(row.status));
  const met = judged.filter((row) => row.status === "on target");
  const gap = (row) => Math.abs(row.value - row.target) / Math.abs(row.target || 1);
  const missed = judged.filter((row) => row.status === "off").sort((a, b) => gap(b) - gap(a)).slice(0, 3);
  const parts = missed.map((row) =>
    t("page.missed", { kpi: kpiName(row.kpi), value: figureText(row.kpi, row.value), target: figureText(row.kpi, row.target) }),
  );
  return [
    t("page.in_short", { period: periodLabel(period), selection: selectionText() }),
    judged.length ? t("page.targets_met", { met: met.length, judged: judged.length }) : t("page.no_targets"),
    parts.length ? t("page.furthest", { list: parts.join(t("page.and")) }) : "",
  ].join(" ");
}

const SCORE = { kpi: "kpi", value: "figure", change: "change", previous: "figure", year_before: "figure", target: "figure", benchmark: "figure", status: "value" };

function scoreTable(caption, rows, period) {
  const head = Object.keys(SCORE).map((column) => h("th", { scope: "col", class: ["kpi", "status"].includes(column) ? null : "number" }, columnName(column)));
  const body = rows.map((row) => {
    const value = figureText(row.kpi, row.value);
    const cells = [
      h("th", { scope: "row" }, definitionLink(row.kpi, kpiName(row.kpi)), " ", h("small", {}, t(`statistic.${statisticOf.get(row.kpi)}`))),
      h("td", { class: "number", "data-value": row.kpi }, row.value_approximate ? t("page.about", { value }) : value, interval(row)),
      h("td", { class: `number ${changeTone(row)}` }, row.previous === null ? DASH : effectText({ kpi: row.kpi }, row.value - row.previous)),
      ...["previous", "year_before", "target", "benchmark"].map((column) => h("td", { class: "number" }, figureText(row.kpi, row[column]))),
      h("td", {}, h("span", { class: `tag ${tone(row.status)}` }, named(row.status))),
    ];
    return h("tr", { "data-kpi": row.kpi }, cells);
  });
  return scrolling(caption, h("table", { class: "score" }, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)));
}

function interval(row) {
  if (row.low === null || row.low === undefined) return "";
  return h("small", {}, t("page.interval", { low: figureText(row.kpi, row.low), high: figureText(row.kpi, row.high) }));
}

function scorecard(period) {
  const rows = [...registry.keys()].filter((kpi) => statisticOf.has(kpi)).map((kpi) => scored(kpi, period)).filter(Boolean);
  const order = (row) => (HEADLINES.includes(row.kpi) ? HEADLINES.indexOf(row.kpi) : HEADLINES.length);
  const main = rows.filter((row) => HEADLINES.includes(row.kpi) || row.target !== null || row.benchmark !== null);
  return { main: main.sort((a, b) => order(a) - order(b)), others: rows.filter((row) => !main.includes(row)) };
}

components.overview = () => {
  const { period } = choice;
  if (!period) return [h("p", { class: "empty" }, t("page.no_periods"))];
  const { main, others } = scorecard(period);
  if (main.length + others.length === 0) return [h("p", { class: "empty" }, t("page.empty"))];
  const publishers = [...new Set(main.filter((row) => row.benchmark !== null).map((row) => row.publisher))];
  const unknown = statisticOf.size - main.length - others.length;
  return [
    h("p", { class: "lead" }, inShort(main, period)),
    h("ul", { class: "cards" }, main.filter((row) => HEADLINES.includes(row.kpi)).map((row) => card(row, period))),
    h("h3", {}, t("title.scorecard", { period: periodLabel(period), selection: selectionText() })),
    chosen().length ? h("p", { class: "note" }, t("page.uncut", { count: unknown })) : null,
    main.some((row) => row.value_approximate) ? h("p", { class: "note" }, t("page.binned")) : null,
    scoreTable(t("title.scorecard", { period: periodLabel(period), selection: selectionText() }), main, period),
    publishers.length ? h("p", { class: "origin" }, t("page.benchmarks", { publishers: publishers.join(", ") })) : null,
    others.length ? h("details", {}, h("summary", {}, t("page.other_kpis", { count: others.length })), scoreTable(t("page.other_kpis", { count: others.length }), others, period)) : null,
  ].filter(Boolean);
};
