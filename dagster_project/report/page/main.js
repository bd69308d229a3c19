// The page: in one language, for one selection.
function drawHead() {
  const [asOf] = table("as_of");
  document.getElementById("as-of").textContent = asOf
    ? t("page.as_of", { instant: asOf.as_of, zone: asOf.reporting_time_zone })
    : t("page.empty");
  document.getElementById("made-by").textContent = t("page.made_by", { run: content.run });
}

function start(code) {
  speak(code);
  drawHead();
  drawTools();
  drawFilters();
  drawSections();
  return drawAll();
}

listeners.push(drawSections, drawAll);
await start(language);
// Whoever makes a picture of the page can wait for this.
document.documentElement.dataset.drawn = "";
