// Tables: the text alternative of every chart, and what has no chart.
function dataTable(caption, names, rows) {
  const head = Object.entries(names).map(([column, format]) =>
    h("th", { scope: "col", class: WORDS.has(format) ? null : "number" }, columnName(column)),
  );
  const body = rows.map((row) =>
    h(
      "tr",
      {},
      Object.entries(names).map(([column, format]) =>
        h("td", { class: WORDS.has(format) ? null : "number" }, ...[cellContent(row, column, format)].flat()),
      ),
    ),
  );
  return scrolling(caption, h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)));
}

function cellContent(row, column, format) {
  const text = cellText(row, column, format);
  const [low, high] = [row[`${column}_low`], row[`${column}_high`]];
  if (typeof low === "number" && typeof high === "number") {
    const ends = [low, high].map((value) => cellText({ ...row, [column]: value }, column, format));
    return [text, h("small", {}, t("page.interval", { low: ends[0], high: ends[1] }))];
  }
  if (format === "kpi") return definitionLink(row[column], text);
  if (format === "stars") return h("span", { role: "img", "aria-label": t("page.stars", { value: row[column] }) }, text);
  if (/^(status|verdict|severity)$/.test(column)) return h("span", { class: `tag ${tone(row[column])}` }, text);
  return text;
}

// Wide tables scroll by themselves, so that the page does not; the keyboard reaches them too.
function scrolling(label, inner) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, inner);
}

function definitionLink(kpi, text) {
  return h("a", { href: `${content.page === "index" ? "" : "index.html"}#def-${kpi}` }, text);
}

const TONES = {
  good: ["on target", "improved", "passed"],
  bad: ["off", "worse", "high", "improved, but a guardrail got worse"],
  near: ["near", "confounded", "medium"],
};

const tone = (value) => Object.keys(TONES).find((it) => TONES[it].includes(value)) ?? "plain";
