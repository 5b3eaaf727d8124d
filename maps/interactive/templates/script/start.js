// Changes come in here, and everything that depends on them is drawn again.
function update(changes) {
  const old = { ...state };
  const marked = marksShown();
  const focused = document.activeElement ? document.activeElement.dataset.focus : undefined;
  Object.assign(state, changes);
  const changed = (key) => state[key] !== old[key];
  if (changed("measure") && !("year" in changes) && ownerOf(old.measure) !== ownerOf(state.measure))
    state.year = "";
  if ((changed("zone") || changed("told")) && state.year && !yearsNow().includes(state.year)) state.year = "";
  if (changed("measure") || changed("zone")) state.scheme = 0;
  if (changed("measure") && !("sort" in changes))
    Object.assign(state, { sort: "value", descending: true });
  if (changed("language")) renderWords();
  if (changed("zone")) renderChosenZone();
  const figures = ["zone", "measure", "year", "told", "scheme", "language"].some(changed);
  if (figures || changed("plots")) renderFigures();
  if (changed("plots")) {
    paintPlots();
    renderLayers();
  }
  if (changed("zone") || marked !== marksShown()) paintListed();
  if (changed("commune") || changed("zone")) {
    paintChosen();
    placeNames();
  }
  if (figures || changed("commune")) {
    renderCard();
    renderPath();
  }
  if (figures || ["sort", "descending", "onlyListed"].some(changed)) renderTable();
  else if (changed("commune")) chooseRow(old.commune);
  if (changed("commune") && state.commune >= 0) {
    showRow(state.commune);
    say(word("selected", { name: fullName(state.commune) }));
  }
  if (focused) restoreFocus(focused);
  writeLink();
  if (settings.told) settings.told(state, changes);
}

// New figures for the same communes: bars, map, legend, table and card are drawn from them.
function replaceFigures(figures) {
  const focused = document.activeElement ? document.activeElement.dataset.focus : undefined;
  Object.assign(data, figures);
  renderChart();
  renderMeasures();
  renderChosenZone();
  renderFigures();
  renderCard();
  renderPath();
  renderTable();
  renderFooter();
  if (focused) restoreFocus(focused);
}

// What was drawn again took the focus with it: the reader at the keyboard gets it back.
function restoreFocus(key) {
  const node = document.querySelector('[data-focus="' + CSS.escape(key) + '"]');
  if (node && node !== document.activeElement) node.focus({ preventScroll: true });
}

function chooseRow(previous) {
  markRow(previous, "chosen", false);
  if (state.commune >= 0 && !rowOf.has(state.commune)) renderTable();
  markRow(state.commune, "chosen", true);
}

function renderChosenZone() {
  if (zoneNow()) markChosen("chart", zoneNow().id);
  byId("zone").value = String(state.zone);
}

// The label of a chosen radio button is marked by a class: not every browser in use knows :has().
function markChosen(group, value) {
  for (const choice of byId(group).querySelectorAll("input")) {
    choice.checked = choice.value === value;
    choice.parentNode.classList.toggle("on", choice.checked);
  }
}

function renderFigures() {
  markChosen("measures", state.measure);
  showMeasure();
  renderTellers();
  renderYears();
  renderHeadline();
  paintCommunes();
  paintUnsure();
  renderLegend();
}

// On a phone the measures stand in one row that scrolls.
function showMeasure() {
  const row = byId("measures");
  const chip = row.querySelector(".on");
  if (onPhone() && chip)
    row.scrollLeft = chip.offsetLeft - row.offsetLeft - (row.clientWidth - chip.offsetWidth) / 2;
}

function renderWords() {
  document.documentElement.lang = state.language;
  document.title = data.title[state.language];
  byId("title").textContent = data.title[state.language];
  for (const node of document.querySelectorAll("[data-word]"))
    node.textContent = word(node.dataset.word);
  byId("search").placeholder = word("search");
  byId("search").title = word("searchHint");
  byId("map").setAttribute("aria-label", word("mapLabel"));
  byId("legend").setAttribute("aria-label", word("legend"));
  byId("north").setAttribute("aria-label", word("north"));
  byId("north-letter").textContent = state.language === "vi" ? "B" : "N";
  byId("languages").setAttribute("aria-label", word("language"));
  for (const button of byId("languages").children) {
    button.setAttribute("aria-pressed", String(button.dataset.language === state.language));
  }
  renderZoomButtons();
  renderChart();
  renderMeasures();
  renderLayers();
  renderFooter();
  renderChosenZone();
}

let zoomButtons = null;
function renderZoomButtons() {
  if (zoomButtons) zoomButtons.forEach((control) => control.remove());
  const zoom = L.control.zoom({ zoomInTitle: word("zoomIn"), zoomOutTitle: word("zoomOut") });
  const whole = L.control({ position: "topleft" });
  whole.onAdd = () => {
    const button = element(
      "button",
      {
        type: "button",
        class: "leaflet-bar whole",
        title: word("wholeMap"),
        "aria-label": word("wholeMap"),
        onclick: fitAll,
      },
      "⤢",
    );
    L.DomEvent.disableClickPropagation(button);
    return button;
  };
  zoomButtons = [zoom.addTo(map), whole.addTo(map)];
}

function renderFooter() {
  const sources = data.sources.map(({ date, source, ...names }) =>
    element(
      "li",
      {},
      element("b", {}, names[state.language]),
      date ? ", " + word("sourceDate", { date: formatDay(date) }) : "",
      source ? ": " + source : "",
    ),
  );
  byId("sources-block").hidden = !sources.length;
  byId("sources").replaceChildren(...sources);
  byId("notes-block").hidden = !data.notes.length;
  byId("notes").replaceChildren(
    ...data.notes.map((note) => element("li", {}, note[state.language])),
  );
  byId("digest").textContent = data.digest ? word("digest") + ": " + data.digest : "";
}

const SLACK_PX = 60;

function start() {
  byId("demo").hidden = !data.demo;
  drawCommunes();
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  if (tileLayers.length) L.control.attribution({ prefix: false }).addTo(map);
  fitAll();
  if (settings.linked) Object.assign(state, readLink());
  if (!data.measures.includes(state.measure)) state.measure = data.measures[0];
  renderWords();
  renderFigures();
  renderCard();
  renderPath();
  renderTable();
  applyLayers();
  listen();
  // The words and the slider have taken their room: only now the map knows its size.
  map.invalidateSize({ animate: false });
  fitAll();
  paintChosen();
  if (state.commune >= 0) showRow(state.commune);
}

// A legend of one line more moves the lower edge a little, and with many communes that is no
// reason to draw them all again.
function outgrown() {
  const known = map.getSize();
  const frame = byId("map");
  return (
    !MANY || frame.clientWidth !== known.x || Math.abs(frame.clientHeight - known.y) > SLACK_PX
  );
}

// A legend that takes room from the map does not push the province out of it.
const observer = new ResizeObserver(() => {
  if (before || !outgrown()) return;
  const whole = map.getBounds().contains(wholeBounds());
  map.invalidateSize({ animate: false, pan: false });
  if (whole && !map.getBounds().contains(wholeBounds())) fitAll();
});

// A page that shows something else afterwards takes the map away.
function close() {
  observer.disconnect();
  window.removeEventListener("beforeprint", startPrint);
  window.removeEventListener("afterprint", endPrint);
  map.stop();
  map.remove();
}

function listen() {
  map.on("zoomend moveend resize", placeNames);
  map.on("zoomend", scaleLines);
  scaleLines();
  observer.observe(byId("map"));
  byId("zone").addEventListener("change", (event) => update({ zone: Number(event.target.value) }));
  byId("year").addEventListener("input", (event) =>
    update({ year: yearStops()[Number(event.target.value)] }),
  );
  byId("only-listed").addEventListener("change", (event) =>
    update({ onlyListed: event.target.checked }),
  );
  byId("download").addEventListener("click", download);
  byId("print").addEventListener("click", () => window.print());
  byId("skip").addEventListener("click", () => {
    byId("figures").focus();
    byId("figures").scrollIntoView();
  });
  for (const button of byId("languages").children) {
    button.addEventListener("click", () => update({ language: button.dataset.language }));
  }
  byId("search").addEventListener("input", renderFound);
  byId("search").addEventListener("keydown", searchKey);
  byId("search").addEventListener("blur", closeFound);
  byId("card").addEventListener("keydown", (event) => {
    if (event.key === "Escape") update({ commune: -1 });
  });
  if (settings.linked) window.addEventListener("hashchange", () => update(readLink()));
  window.addEventListener("beforeprint", startPrint);
  window.addEventListener("afterprint", endPrint);
}

start();
