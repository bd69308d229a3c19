// One KPI in one period for a selection: as published where the marts have it, else summed from the cube, whose numerators
// and denominators add up; a median of a combination is read from the counts in bins, and marked so.
const columns = content.data;
const FACTOR = { nps: 100 };

const indexed = (name, key) => new Map(table(name).map((row) => [key(row), row]));
const published = indexed("figures", (it) => [it.kpi, it.statistic, it.period_grain, it.period_start].join("|"));
const cuts = indexed("cuts", (it) =>
  [it.kpi, it.statistic, it.period_grain, it.period_start, it.dimension, it.dimension_value].join("|"),
);
const bounds = table("bin_bounds");
const STATISTICS = ["median", "rate", "index", "count", "mean"];

// The statistic by which a KPI is told where only one has room.
const statisticOf = new Map();
for (const preferred of STATISTICS) {
  for (const { kpi, statistic } of published.values()) {
    if (statistic === preferred && !statisticOf.has(kpi)) statisticOf.set(kpi, statistic);
  }
}

function matching(name, period, selection) {
  const months = new Set(monthsIn(period));
  const { month = [] } = columns[name];
  const rows = [];
  for (let row = 0; row < month.length; row += 1) {
    if (months.has(month[row]) && DIMENSIONS.every((it) => !selection[it] || columns[name][it][row] === selection[it])) rows.push(row);
  }
  return rows;
}

const total = (values, rows) => rows.reduce((sum, row) => sum + (values[row] ?? 0), 0);

function summed(kpi, period, selection) {
  const numerators = columns.cube[`${kpi}_numerator`];
  if (!numerators) return null;
  const denominators = columns.cube[`${kpi}_denominator`];
  const rows = matching("cube", period, selection);
  const numerator = total(numerators, rows);
  if (!denominators) return { value: numerator, sample: numerator };
  const denominator = total(denominators, rows);
  return { value: denominator ? ((FACTOR[kpi] ?? 1) * numerator) / denominator : null, sample: denominator };
}

// Linear within the bin that holds the middle ticket; the last bin has no end, so its beginning stands for it.
function medianOfBins(kpi, period, selection) {
  const rows = matching("bins", period, selection).filter((row) => columns.bins.kpi[row] === kpi);
  const sample = total(columns.bins.tickets, rows);
  let passed = 0;
  for (const { bin, from_minutes: from, to_minutes: to } of bounds) {
    const tickets = total(columns.bins.tickets, rows.filter((row) => columns.bins.bin[row] === bin));
    if (tickets && passed + tickets >= sample / 2) {
      return { value: from + (((to ?? from) - from) * (sample / 2 - passed)) / tickets, sample, approximate: true };
    }
    passed += tickets;
  }
  return { value: null, sample, approximate: true };
}

function figure(kpi, statistic, period, selection = choice) {
  if (!period) return null;
  const set = DIMENSIONS.filter((dimension) => selection[dimension]);
  const key = [kpi, statistic, period.period_grain, period.period_start].join("|");
  const exact = set.length ? null : published.get(key);
  const cut = set.length === 1 ? cuts.get([key, set[0], selection[set[0]]].join("|")) : null;
  const found = exact ?? cut;
  if (found) {
    return { value: found.value, sample: found.sample_size, low: found.value_low, high: found.value_high, tooFew: found.too_few };
  }
  const durations = columns.bins.kpi ?? [];
  const made =
    statistic === "median" ? (durations.includes(kpi) ? medianOfBins(kpi, period, selection) : null) : summed(kpi, period, selection);
  if (!made || set.length === 0) return null;
  return { ...made, tooFew: made.sample < Number(registry.get(kpi)?.minimum_sample ?? 1) };
}
