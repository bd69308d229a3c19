// Numbers as people read them. Exact figures stand in the warehouse.
const DASH = "–";

function decimal(value, digits) {
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" })
    .format(value)
    .replace("-", "−");
}

// A number stays on one line with its unit.
const unit = (name, value) => t(`format.${name}`, { value }).replaceAll(" ", "\u00a0");

function duration(minutes) {
  const size = Math.abs(minutes);
  if (size < 9.95) return unit("minutes", decimal(minutes, 1));
  if (size < 119.5) return unit("minutes", decimal(minutes, 0));
  if (size < 48 * 60) return unit("hours", decimal(minutes / 60, 1));
  return unit("days", decimal(minutes / 1440, 1));
}

const formats = {
  text: (value) => String(value),
  date: (value) => String(value),
  value: named,
  path: (value) => String(value).split(" > ").map(named).join(" → "),
  kpi: kpiName,
  topic: topicName,
  // What moves satisfaction is a KPI, or a question of a survey.
  driver: (value) => (registry.has(value) ? kpiName(value) : named(value).replaceAll("_", " ")),
  count: (value) => decimal(value, 0),
  number: (value) => decimal(value, 2),
  points: (value) => decimal(value, 1),
  rate: (value) => `${decimal(100 * value, 1)}\u00a0%`,
  minutes: duration,
  median: duration,
  hours: (value) => unit("hours", decimal(value, 0)),
  stars: (value) => "★".repeat(value) + "☆".repeat(Math.max(0, 5 - value)),
  p: (value) => (value < 0.001 ? "< 0.001" : decimal(value, 3)),
  weekday: (value) => new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2024, 0, value))),
  hour: (value) => `${String(value).padStart(2, "0")}:00`,
};

const WORDS = new Set(["text", "date", "value", "path", "kpi", "topic", "driver", "weekday", "hour"]);

const UNIT_FORMATS = { rate: "rate", minutes: "minutes", points: "points", tickets: "count", customers: "count", posts: "count", remarks: "count" };
const unitFormat = (kpi) => UNIT_FORMATS[registry.get(kpi)?.unit] ?? "number";

function figureText(kpi, value) {
  if (value === null || value === undefined) return DASH;
  const format = unitFormat(kpi);
  return formats[format === "count" && !Number.isInteger(value) ? "points" : format](value);
}

// A difference between two figures of one KPI, without its sign; shares differ by percentage points.
function amountText(kpi, difference) {
  const size = Math.abs(difference);
  return unitFormat(kpi) === "rate" ? unit("percentage_points", decimal(100 * size, 1)) : figureText(kpi, size);
}

const signed = (value, text) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${text}`;

// An effect on the scale that the row states: a relative change, or in the KPI's unit.
function effectText(row, value) {
  if (value === null || value === undefined) return DASH;
  if (row.scale === "ratio") return signed(value, formats.rate(Math.abs(value)));
  return signed(value, amountText(row.kpi, value));
}

function cellText(row, column, format) {
  const value = row[column];
  if (value === null || value === undefined || value === "") return DASH;
  if (format === "figure") return figureText(row.kpi, value);
  if (format === "difference") return effectText({ kpi: row.kpi }, value);
  if (format === "effect") return effectText(row, value);
  const text = formats[format](value);
  return format === "median" && row[`${column}_approximate`] ? t("page.about", { value: text }) : text;
}
