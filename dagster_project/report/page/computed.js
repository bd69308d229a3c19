// Datasets that are made here, because they answer to every filter: months of a KPI, and KPIs by the values of a dimension.
const monthly = () => periods.filter((it) => it.period_grain === "month" && it.is_complete);

function trend(...kpis) {
  return monthly().flatMap((period) =>
    kpis.flatMap((kpi) => {
      const found = figure(kpi, statisticOf.get(kpi), period);
      return found && found.value !== null && !found.tooFew
        ? [{ period: period.period_start.slice(0, 7), series: kpi, value: found.value }]
        : [];
    }),
  );
}

const valuesOf = (dimension) => [...new Set(columns.cube?.[dimension] ?? [])];

function breakdown(dimension, names) {
  if (!choice.period) return [];
  const values = choice[dimension] ? [choice[dimension]] : valuesOf(dimension);
  const rows = values.map((value) => {
    const row = { [dimension]: value };
    for (const kpi of names) {
      const found = figure(kpi, statisticOf.get(kpi), choice.period, { ...choice, [dimension]: value });
      row[kpi] = found && !found.tooFew ? found.value : null;
      row[`${kpi}_approximate`] = row[kpi] !== null && Boolean(found.approximate);
    }
    return row;
  });
  const known = rows.filter((row) => names.some((kpi) => row[kpi] !== null && row[kpi] !== 0));
  return known.sort((a, b) => (b.tickets_created ?? 0) - (a.tickets_created ?? 0));
}

const kpisIn = (block) => Object.keys(block.columns).filter((column) => registry.has(column));

const anomaliesOf = (period) => rowsOf("anomalies").filter((it) => it.quarter_start === period?.period_start);

const computed = {
  quarter_anomalies: () => anomaliesOf(choice.period),
  trend_volume: () => trend("tickets_created", "tickets_solved"),
  trend_response: () => trend("first_response_minutes"),
  trend_satisfaction: () => trend("csat_rate"),
  trend_nps: () => trend("nps"),
  by_channel: (block) => breakdown("channel", kpisIn(block)),
  by_team: (block) => breakdown("team", kpisIn(block)),
  by_segment: (block) => breakdown("segment", kpisIn(block)),
};
