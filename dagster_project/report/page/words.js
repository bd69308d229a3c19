// Words: one catalogue a language; what it lacks stands in English, and what English lacks is shown as it came.
const LANGUAGES = { en: "English", zh: "中文" };
const registry = new Map(content.kpis.map((kpi) => [kpi.kpi, kpi]));
let language = navigator.language.startsWith("zh") ? "zh" : "en";

const has = (key) => key in content.words[language] || key in content.words.en;

function t(key, parameters = {}) {
  const text = content.words[language][key] ?? content.words.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => parameters[name] ?? "");
}

// A value of the data, such as a channel or a status: the words know those of the contract, others are names.
const named = (value) => (value === null || value === undefined ? "" : has(`value.${value}`) ? t(`value.${value}`) : String(value));

const topicName = (topic) => (has(`topic.${topic}`) ? t(`topic.${topic}`) : named(topic));

const kpiName = (kpi) => (has(`kpi.${kpi}`) ? t(`kpi.${kpi}`) : (registry.get(kpi)?.name ?? kpi));

const columnName = (column) =>
  has(`column.${column}`) ? t(`column.${column}`) : registry.has(column) ? kpiName(column) : column.replaceAll("_", " ");

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-Hans" : "en";
  document.title = t(`page.title.${content.page}`);
  for (const element of document.querySelectorAll("[data-words]")) element.textContent = t(element.dataset.words);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
}
