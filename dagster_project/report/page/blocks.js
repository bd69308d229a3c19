// One figure: what it shows, the chart, the same as a table, and where its definition stands.
const MOST_OPEN_ROWS = 12;

function drawBlock(block, place) {
  const { rows, ignored } = selected(block);
  const title = t(`title.${block.name}`, { period: choice.period ? periodLabel(choice.period) : "", selection: selectionText() });
  const heading = h("h3", { id: `${block.name}-title` }, title);
  const notes = [has(`note.${block.name}`) ? t(`note.${block.name}`) : "", notFiltered(block, ignored), aboutMedians(rows)];
  const parts = [heading, ...notes.filter(Boolean).map((note) => h("p", { class: "note" }, note))];
  const known = place.querySelector(".chart");
  if (known && !canBeDrawn(block.chart, rows)) forget(known);
  if (rows.length === 0) {
    place.replaceChildren(...parts, h("p", { class: "empty" }, whyEmpty(block)));
    return;
  }
  const figures = dataTable(title, block.columns, rows);
  if (block.chart && canBeDrawn(block.chart, rows)) {
    const canvas = known ?? h("div", { class: "chart", "aria-busy": "true" });
    parts.push(canvas, h("details", { open: block.open }, h("summary", {}, t("page.as_table")), figures));
    plan(canvas, block.chart, spoken(block, rows), `${title}. ${t("page.alternative")}`);
  } else if (rows.length > MOST_OPEN_ROWS) {
    const first = dataTable(title, block.columns, rows.slice(0, MOST_OPEN_ROWS));
    parts.push(first, h("details", {}, h("summary", {}, t("page.all_rows", { count: rows.length })), figures));
  } else {
    parts.push(figures);
  }
  parts.push(h("p", { class: "origin" }, ...origin(block)));
  place.replaceChildren(...parts);
}

function whyEmpty(block) {
  const known = block.dataset in computed || Object.keys(content.data[block.dataset]).length > 0;
  if (!known) return t("page.absent");
  return t(has(`empty.${block.name}`) ? `empty.${block.name}` : "page.empty");
}

function notFiltered(block, ignored) {
  const set = ignored.filter((it) => (it === "period" ? false : choice[it]));
  return set.length ? t("page.not_filtered", { filters: set.map((it) => t(`filter.${it}`)).join(", ") }) : "";
}

const aboutMedians = (rows) =>
  rows.some((row) => Object.keys(row).some((column) => column.endsWith("_approximate") && row[column])) ? t("page.binned") : "";

function origin(block) {
  const { definition } = block;
  if (registry.has(definition)) return [definitionLink(definition, t("page.definition", { kpi: kpiName(definition) }))];
  const described = new Set(rowsOf("tables").map((it) => it.table));
  return (content.origins[block.dataset] ?? [])
    .filter((name) => described.has(name))
    .map((name) => definitionLink(name, t("page.table", { name })));
}

function drawSections() {
  for (const section of content.sections) {
    const place = document.getElementById(section.name);
    if (section.component) {
      const own = place.querySelector(":scope > .component") ?? place.appendChild(h("div", { class: "component" }));
      own.replaceChildren(...components[section.component](section));
    }
    for (const block of section.blocks) {
      const id = `block-${block.name}`;
      const article = document.getElementById(id) ?? place.appendChild(h("article", { id, "aria-labelledby": `${block.name}-title` }));
      drawBlock(block, article);
    }
  }
}

const components = {};
