// Check: findings by file and severity; a click shows the plots; the plots to fix go to QGIS.
import { decodeRing } from "/page/shared.js";
import { both, hectares, language, number, say } from "../desk/words.js";
import { button, element, keepingFocus, table } from "../desk/dom.js";

let desk = null;
let box = null;
let found = null;
let map = null;
let drawn = null;
let chosen = -1;
let shown = "all";
let told = "";

export async function open(node, theDesk) {
  [box, desk] = [node, theDesk];
  found = await desk.read("check", "findings");
  chosen = -1;
  told = "";
  render();
}

export function close() {
  map?.remove();
  map = null;
}

export const speak = () => render();

const count = (severity) => found.findings.filter((item) => item.severity === severity).length;

function render() {
  close();
  const counts = ["error", "problem", "note"].map((key) => say("count_" + key, { n: count(key) })).join(", ");
  box.replaceChildren(
    element(
      "main",
      { class: "plain-room two" },
      element(
        "div",
        { class: "list-side" },
        element("h1", {}, say("room_check")),
        element("p", { class: "lead" }, counts + "."),
        element("div", { class: "row" }, button("again", again), button("toQgis", toQgis, { disabled: Boolean(desk.hello.readOnly) }), filter()),
        element("p", { class: "help file-path", role: "status", id: "check-told" }, told),
        element("div", { id: "finding-list" }),
      ),
      element("div", { class: "map-side" }, element("div", { id: "check-map", class: "small-map", role: "region", "aria-label": say("mapOfPlots") }), element("p", { class: "help", id: "check-note", role: "status" }, say("clickFinding")), element("div", { id: "check-rows" })),
    ),
  );
  renderList();
  drawGround();
}

function filter() {
  return element(
    "select",
    { "aria-label": say("show"), id: "check-filter", onchange: (event) => { shown = event.target.value; renderList(); } },
    ...["all", "error", "problem", "note"].map((key) => element("option", { value: key, selected: key === shown }, say("show_" + key))),
  );
}

function renderList() {
  keepingFocus(() => {
    const sources = [...new Set(found.findings.map((item) => item.source))];
    const groups = sources.map((source) => {
      const mine = found.findings.filter((item) => item.source === source && (shown === "all" || item.severity === shown));
      if (!mine.length) return null;
      const file = found.files[source];
      return element("section", { class: "finding-group" }, element("h2", {}, both(found.names[source]) || source, file ? element("span", { class: "code" }, file) : null), element("ul", {}, ...mine.map(findingRow)));
    });
    const rows = groups.filter(Boolean);
    document.getElementById("finding-list").replaceChildren(...(rows.length ? rows : [element("p", {}, say("nothingWrong"))]));
  });
}

function findingRow(item) {
  const amount = [item.count > 1 ? say("times", { n: number(item.count) }) : "", item.area_ha === null ? "" : hectares(item.area_ha, 2) + " ha"].filter(Boolean).join(" · ");
  const inside = [
    element("span", { class: "severity " + item.severity }, say("severity_" + item.severity)),
    element("span", { class: "finding-text" }, both(item.message)),
    element("span", { class: "finding-amount" }, amount),
  ];
  const attributes = { class: item.index === chosen ? "finding on" : "finding", "data-focus": "finding-" + item.index, "data-finding": String(item.index) };
  return element("li", {}, item.plots || item.rows ? element("button", { type: "button", onclick: () => show(item), ...attributes }, ...inside) : element("div", attributes, ...inside));
}

async function again() {
  try {
    found = await desk.read("check", "findings");
    told = say("checkedAgain");
    render();
  } catch (error) {
    desk.fault(error);
  }
}

async function toQgis() {
  try {
    const answer = await desk.ask("check", "export", { language: language() });
    document.getElementById("check-told").textContent = answer.files.length ? say("written", { files: answer.files.join(", ") }) : say("nothingToFix");
  } catch (error) {
    desk.fault(error);
  }
}

async function show(item) {
  chosen = item.index;
  renderList();
  document.getElementById("check-rows").replaceChildren();
  if (item.rows) return showRows(item);
  try {
    const answer = await desk.read("check", "plots", { index: item.index });
    if (!map || chosen !== item.index) return;
    drawn?.remove();
    drawn = L.featureGroup(answer.plots.map((plot) => L.polygon(plot.rings, { color: "#c2185b", weight: 2, fillOpacity: 0.3 }).bindTooltip(element("span", {}, plot.name)))).addTo(map);
    if (answer.plots.length) map.fitBounds(drawn.getBounds(), { padding: [30, 30], maxZoom: 15, animate: false });
    document.getElementById("check-note").textContent = answer.left_out ? say("plotsCut", { n: number(answer.plots.length), m: number(answer.left_out) }) : say("plotsShown", { n: number(answer.plots.length) });
  } catch (error) {
    desk.fault(error);
  }
}

// Rows of a table, as the file has them.
async function showRows(item) {
  try {
    const answer = await desk.read("check", "rows", { index: item.index });
    if (!map || chosen !== item.index) return;
    drawn?.remove();
    const rows = answer.rows.map((row) => element("tr", {}, ...row.map((text) => element("td", { class: "text" }, text))));
    const heads = [say("rowOfFile"), ...answer.columns];
    document.getElementById("check-rows").replaceChildren(table(heads, rows, { label: say("rowsOfFile"), class: "text-table" }));
    document.getElementById("check-note").textContent = answer.left_out ? say("rowsCut", { n: number(answer.rows.length), m: number(answer.left_out) }) : say("rowsShown", { n: number(answer.rows.length) });
  } catch (error) {
    desk.fault(error);
  }
}

function drawGround() {
  const { ground } = found;
  map = L.map("check-map", { attributionControl: false, zoomSnap: 0.25, zoomControl: false, renderer: L.svg({ padding: 0.3 }) });
  L.control.zoom({ zoomInTitle: say("zoomIn"), zoomOutTitle: say("zoomOut") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (!ground) {
    map.setView([16, 107], 5);
    return;
  }
  ground.communes.rings.forEach((rings, place) => {
    if (rings === null) return;
    const shape = rings.split(" ").map((ring) => decodeRing(ring, ground.grid));
    L.polygon(shape, { color: "#5f6e74", weight: 0.7, fillColor: "#eef1ef", fillOpacity: 1, smoothFactor: 1 }).bindTooltip(element("span", {}, ground.communes.name[place]), { sticky: true }).addTo(map);
  });
  const [south, west, north, east] = ground.bounds;
  map.fitBounds([[south, west], [north, east]], { padding: [10, 10], animate: false });
}
