// The filters, and the switch of languages.
function options(values, current) {
  return values.map(({ value, label }) => h("option", { value, selected: value === current }, label));
}

function picker(name, values, current, onchange) {
  const id = `filter-${name}`;
  return h("div", {}, h("label", { for: id }, t(`filter.${name}`)), h("select", { id, name, onchange }, values(current)));
}

function periodOptions() {
  const grains = content.page === "review" ? ["quarter"] : ["month", "quarter"];
  return grains.map((grain) => {
    const offered = periods.filter((it) => it.period_grain === grain).reverse();
    return h("optgroup", { label: t(`filter.${grain}`) }, options(offered.map((it) => ({ value: it.key, label: periodLabel(it) })), choice.period?.key));
  });
}

function dimensionOptions(dimension) {
  const values = valuesOf(dimension).map((value) => ({ value, label: named(value) }));
  return options([{ value: "", label: t("filter.all") }, ...values], choice[dimension]);
}

function drawFilters() {
  const form = document.getElementById("filters");
  const dimensions = content.page === "review" ? [] : DIMENSIONS;
  form.replaceChildren(
    picker("period", periodOptions, null, (event) => choose({ period: periods.find((it) => it.key === event.target.value) })),
    ...dimensions.map((it) => picker(it, () => dimensionOptions(it), null, (event) => choose({ [it]: event.target.value }))),
    dimensions.length ? h("button", { type: "reset" }, t("filter.reset")) : "",
  );
  form.onreset = (event) => {
    event.preventDefault();
    choose({ channel: "", team: "", segment: "", period: openingPeriod(content.page === "review" ? "quarter" : "month") });
    drawFilters();
  };
}

function drawTools() {
  const other = content.page === "index" ? "review" : "index";
  document.getElementById("tools").replaceChildren(
    h("a", { href: `${other}.html` }, t(`page.title.${other}`)),
    ...Object.entries(LANGUAGES).map(([code, label]) =>
      h("button", { type: "button", lang: code, "aria-pressed": String(code === language), onclick: () => start(code) }, label),
    ),
  );
}
