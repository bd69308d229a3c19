// Each KPI against what it is held to: the period before, a year before, its target, a benchmark.
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

const SCORE = ["kpi", "value", "change", "previous", "year_before", "target", "benchmark", "status"];

function scoreTable(caption, rows, period) {
  const head = SCORE.map((column) => h("th", { scope: "col", class: ["kpi", "status"].includes(column) ? null : "number" }, columnName(column)));
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
