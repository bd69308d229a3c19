// What every KPI and table means, from the registry and the tables' own descriptions.
components.definitions = () => {
  const kpis = [...registry.values()].map((kpi) =>
    h(
      "div",
      { id: `def-${kpi.kpi}` },
      h("dt", {}, kpiName(kpi.kpi), " ", h("code", {}, kpi.kpi)),
      h("dd", { lang: "en" }, `${kpi.definition}. `, h("small", {}, t("page.registry", { unit: kpi.unit, sample: kpi.minimum_sample, owner: kpi.owner }))),
    ),
  );
  const tables = rowsOf("tables").map((it) =>
    h("div", { id: `def-${it.table}` }, h("dt", {}, h("code", {}, it.table)), h("dd", { lang: "en" }, it.description)),
  );
  return [h("h3", {}, t("title.kpis")), h("dl", {}, kpis), h("h3", {}, t("title.tables")), h("dl", {}, tables)];
};
