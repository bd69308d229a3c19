// The quarter, for a meeting: what changed, what lies behind it, and what there is to decide.
const relative = (row) => (row.value - row.previous) / Math.abs(row.previous || 1);

function changed(rows, wanted) {
  const kept = rows.filter((row) => row.previous !== null && !row.tooFew && changeTone(row) === wanted);
  const sorted = kept.sort((a, b) => Math.abs(relative(b)) - Math.abs(relative(a))).slice(0, 5);
  return sorted.map((row) =>
    h(
      "li",
      {},
      definitionLink(row.kpi, kpiName(row.kpi)),
      t("review.moved", { value: figureText(row.kpi, row.value), previous: figureText(row.kpi, row.previous) }),
    ),
  );
}

const listOrNothing = (items) => (items.length ? h("ul", {}, items) : h("p", { class: "empty" }, t("review.nothing")));

components.review = () => {
  const { period } = choice;
  if (!period) return [h("p", { class: "empty" }, t("page.no_periods"))];
  const { main } = scorecard(period);
  const caption = t("title.scorecard", { period: periodLabel(period), selection: selectionText() });
  return [
    h("p", { class: "lead" }, inShort(main, period)),
    h(
      "div",
      { class: "columns" },
      h("div", {}, h("h3", {}, t("review.better")), listOrNothing(changed(main, "good"))),
      h("div", {}, h("h3", {}, t("review.worse")), listOrNothing(changed(main, "bad"))),
    ),
    h("h3", {}, caption),
    scoreTable(caption, main, period),
  ];
};

components.causes = () => {
  const { period } = choice;
  const worst = rowsOf("bottlenecks").find((it) => period && it.period_grain === period.period_grain && it.period_start === period.period_start);
  const driver = rowsOf("drivers").find((it) => it.segment === "all" && /raises|lowers/.test(it.verdict));
  const odd = anomaliesOf(period).filter((it) => it.direction === "worse");
  const sentences = [
    worst && t("review.bottleneck", { step: `${named(worst.team)}: ${named(worst.status)}`, share: formats.rate(worst.share_of_waiting) }),
    driver && t("review.driver", { driver: formats.driver(driver.driver) }),
    odd.length && t("review.anomalies", { count: odd.length }),
  ];
  return [listOrNothing(sentences.filter(Boolean).map((sentence) => h("li", {}, sentence)))];
};

// Each asks for a decision that the figures do not make by themselves.
function decisions(period) {
  const missed = scorecard(period).main.filter((row) => row.status === "off");
  const verdicts = { worse: "stop", "improved, but a guardrail got worse": "mend", inconclusive: "wait", improved: "keep" };
  return [
    ...missed.map((row) =>
      t("decide.target", { kpi: kpiName(row.kpi), value: figureText(row.kpi, row.value), target: figureText(row.kpi, row.target) }),
    ),
    ...rowsOf("initiatives")
      .filter((it) => it.verdict in verdicts)
      .map((it) => t(`decide.${verdicts[it.verdict]}`, { initiative: it.initiative, kpi: kpiName(it.kpi) })),
    ...rowsOf("risks")
      .filter((it) => it.likelihood === "high" && it.effect === "high")
      .map((it) => t("decide.risk", { initiative: it.initiative, risk: it.risk, owner: it.owner ?? "" })),
    ...rowsOf("staffing_gaps")
      .slice(0, 1)
      .map((it) =>
        t("decide.staff", {
          team: named(it.team),
          weekday: formats.weekday(it.iso_day_of_week),
          hour: formats.hour(it.hour_of_day),
          count: decimal(it.agents_missing, 1),
        }),
      ),
    ...rowsOf("faq")
      .slice(0, 1)
      .map((it) => t("decide.faq", { topic: topicName(it.topic), product: named(it.product), hours: formats.hours(it.handle_hours) })),
  ];
}

components.decisions = () => {
  const points = choice.period ? decisions(choice.period) : [];
  return [points.length ? h("ol", { class: "decisions" }, points.map((point) => h("li", {}, point))) : h("p", { class: "empty" }, t("review.nothing"))];
};
