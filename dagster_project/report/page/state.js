// What the reader chose, and who wants to know.
const DIMENSIONS = ["channel", "team", "segment"];
const REST = "(all others)";
const choice = {
  period: openingPeriod(content.page === "review" ? "quarter" : "month") ?? null,
  channel: "",
  team: "",
  segment: "",
};
const listeners = [];

const chosen = () => DIMENSIONS.filter((dimension) => choice[dimension]);
const selectionText = () => chosen().map((dimension) => named(choice[dimension])).join(", ") || t("page.everything");

function choose(change) {
  Object.assign(choice, change);
  for (const listener of listeners) listener();
}
