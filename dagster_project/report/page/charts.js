// Charts: Vega-Lite plans without data, drawn when they come into view; no code is made from text (`ast`).
const drawings = new Map();
const AXIS_HEIGHT = 44;

function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const [ink, muted, line] = ["ink", "muted", "line"].map(colour);
  const font = style.getPropertyValue("--font").trim();
  return {
    background: null,
    font,
    view: { stroke: null },
    axis: { labelColor: muted, titleColor: muted, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400 },
    legend: { labelColor: ink, titleColor: muted, labelFontSize: 12, labelLimit: 240 },
    text: { color: ink, fontSize: 12 },
    style: { name: { fontWeight: 600 }, halo: { fontWeight: 600, stroke: colour("paper"), strokeWidth: 5, strokeJoin: "round" } },
    rule: { color: colour("c1") },
    point: { color: colour("c1") },
    bar: { color: colour("c1") },
    line: { color: colour("c1") },
    area: { color: colour("c1") },
    range: { category: ["c1", "c2", "c3", "c4", "c5", "c6"].map(colour), ordinal: ["o1", "o2", "o3", "o4", "o5"].map(colour) },
  };
}

// '@key' is a key of the words, in titles and in the domain of a scale.
function worded(plan) {
  if (typeof plan === "string") return plan.startsWith("@") ? (plan.startsWith("@column.") ? columnName(plan.slice(8)) : t(plan.slice(1))) : plan;
  if (Array.isArray(plan)) return plan.map(worded);
  if (plan && typeof plan === "object") return Object.fromEntries(Object.entries(plan).map(([key, value]) => [key, worded(value)]));
  return plan;
}

async function draw(place) {
  const drawing = drawings.get(place);
  if (!drawing || drawing.isDrawn) return;
  drawing.isDrawn = true;
  drawing.view?.finalize();
  const spec = { ...worded(drawing.chart), datasets: { ...drawing.chart.datasets, rows: drawing.rows }, description: drawing.description };
  if (spec.height.step) spec.height = spec.height.step * drawing.rows.length + AXIS_HEIGHT;
  const options = {
    mode: "vega-lite",
    ast: true,
    actions: false,
    renderer: "svg",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: theme(),
  };
  const { view } = await vegaEmbed(place, spec, options);
  drawing.view = view;
  place.removeAttribute("aria-busy");
}

const watcher = new IntersectionObserver(
  (entries) => entries.filter((it) => it.isIntersecting).forEach((it) => draw(it.target)),
  { rootMargin: "400px" },
);

function plan(place, chart, rows, description) {
  const known = drawings.get(place);
  drawings.set(place, { chart, rows, description, view: known?.view, isDrawn: false });
  watcher.unobserve(place);
  watcher.observe(place);
}

function forget(place) {
  watcher.unobserve(place);
  drawings.get(place)?.view?.finalize();
  drawings.delete(place);
}

// What no row has a value of has no axis; the table says that it is not known.
function canBeDrawn(chart, rows) {
  const measured = Object.values(chart.encoding ?? {}).filter((it) => it.type === "quantitative");
  return rows.length > 0 && measured.every((it) => rows.some((row) => row[it.field] !== null));
}

// Paper shows everything, so what nobody scrolled to is drawn when the browser has time.
async function drawAll() {
  for (const place of drawings.keys()) {
    await new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
    await draw(place);
  }
}

function redraw() {
  for (const drawing of drawings.values()) drawing.isDrawn = false;
  return drawAll();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", drawAll);
