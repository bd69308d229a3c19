// The rows of a block for the reader's selection, and which of the filters they could not answer to.
const tables = new Map();
function rowsOf(dataset) {
  if (!tables.has(dataset)) tables.set(dataset, table(dataset));
  return tables.get(dataset);
}

function selected(block) {
  if (block.dataset in computed) return { rows: computed[block.dataset](block), ignored: [] };
  let rows = rowsOf(block.dataset).filter((row) => Object.entries(block.where).every(([column, value]) => row[column] === value));
  const sample = rows[0] ?? {};
  const ignored = [];
  if ("period_grain" in sample && choice.period) {
    const fits = (it) => it.period_grain === choice.period.period_grain && it.period_start === choice.period.period_start;
    rows = rows.filter(fits);
  } else if (!block.series) {
    ignored.push("period");
  }
  if ("dimension" in sample && "dimension_value" in sample) {
    const [one, ...more] = chosen();
    const cut = one && more.length === 0 ? rows.filter((it) => it.dimension === one && it.dimension_value === choice[one]) : [];
    ignored.push(...(cut.length ? [] : chosen()));
    rows = cut.length ? cut : rows.filter((it) => it.dimension === "overall");
  } else {
    for (const dimension of chosen()) {
      if (dimension in sample) rows = rows.filter((it) => it[dimension] === choice[dimension]);
      else ignored.push(dimension);
    }
  }
  // Where a dataset sums a dimension up itself, the sum is what is shown without a filter.
  for (const dimension of DIMENSIONS) {
    if (!choice[dimension] && rows.some((it) => it[dimension] === "all")) rows = rows.filter((it) => it[dimension] === "all");
  }
  return { rows, ignored };
}

// The same rows with words in the reader's language, for the chart.
function spoken(block, rows) {
  return rows.map((row) => {
    const made = { ...row };
    for (const [column, format] of Object.entries(block.columns)) {
      if (WORDS.has(format) && row[column] !== null) made[column] = cellText(row, column, format);
    }
    Object.assign(made, derived[block.name]?.(row, made));
    for (const column of Object.keys(made)) {
      const format = block.columns[column];
      made[`${column}_text`] = format ? cellText(row, column, format) : String(made[column]);
    }
    return made;
  });
}

const derived = {
  flow: (row, made) => ({
    from: made.from_activity,
    to: made.to_activity,
    step: `${made.from_activity} → ${made.to_activity}`,
    median: cellText(row, "median_minutes", "minutes"),
    direction: t(row.is_backward ? "flow.backward" : "flow.forward"),
  }),
  bottlenecks: (row, made) => ({ step: `${made.team}: ${made.status}` }),
};
