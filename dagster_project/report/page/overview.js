// How we are doing: the sum of it in a sentence, the main figures in words, then every KPI.
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
    isFollowedByThinOnes(period) ? t("page.thin_since") : "",
  ].join(" ");
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
