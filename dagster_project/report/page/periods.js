// Periods: months and quarters by their first day, and how they follow one another.
function table(name) {
  const columns = content.data[name] ?? {};
  const names = Object.keys(columns);
  return (columns[names[0]] ?? []).map((_, row) => Object.fromEntries(names.map((column) => [column, columns[column][row]])));
}

const periods = table("periods").map((it) => ({ ...it, key: `${it.period_grain}:${it.period_start}` }));

const monthsOf = (grain) => (grain === "quarter" ? 3 : 1);

function shifted(date, months) {
  const [year, month] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

const periodAt = (grain, start) => periods.find((it) => it.period_grain === grain && it.period_start === start);
const before = (period) => periodAt(period.period_grain, shifted(period.period_start, -monthsOf(period.period_grain)));
const yearBefore = (period) => periodAt(period.period_grain, shifted(period.period_start, -12));

const monthsIn = (period) =>
  Array.from({ length: monthsOf(period.period_grain) }, (_, month) => shifted(period.period_start, month));

// A log may end in months in which hardly anything happened; nobody is to open on those.
const THIN = 0.1;
const created = new Map(
  table("figures")
    .filter((it) => it.kpi === "tickets_created")
    .map((it) => [`${it.period_grain}:${it.period_start}`, it.value]),
);
const createdIn = (period) => created.get(period.key) ?? 0;

function openingPeriod(grain) {
  const offered = periods.filter((it) => it.period_grain === grain);
  const complete = offered.filter((it) => it.is_complete);
  const busiest = Math.max(...complete.map(createdIn));
  return complete.findLast((it) => createdIn(it) >= THIN * busiest) ?? offered.at(-1);
}

const isFollowedByThinOnes = (period) =>
  period === openingPeriod(period.period_grain) &&
  periods.some((it) => it.is_complete && it.period_grain === period.period_grain && it.period_start > period.period_start);

function periodLabel(period) {
  const [year, month] = period.period_start.split("-").map(Number);
  const label =
    period.period_grain === "quarter"
      ? t("page.quarter", { quarter: (month + 2) / 3, year })
      : new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" }).format(
          new Date(period.period_start),
        );
  return period.is_complete ? label : t("page.so_far", { period: label });
}
