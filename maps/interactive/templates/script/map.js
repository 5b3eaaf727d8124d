// The map: one path per commune, drawn once; a switch only changes colours.
const map = L.map("map", {
  attributionControl: false,
  zoomControl: false,
  zoomSnap: 0.25,
  zoomDelta: 0.5,
  wheelPxPerZoomLevel: 120,
  renderer: L.svg({ padding: 0.3 }),
});
const decodeShape = (rings) => rings.split(" ").map((ring) => decodeRing(ring, data.grid));
const pointOf = ([x, y]) => [data.grid[1] + y * data.grid[2], data.grid[0] + x * data.grid[2]];

for (const [name, order] of [
  ["around", 350],
  ["unsure", 405],
  ["listed", 410],
  ["outlines", 420],
  ["chosen", 430],
  ["names", 440],
]) {
  const pane = map.createPane(name);
  pane.style.zIndex = order;
  if (name !== "around") pane.style.pointerEvents = "none";
}
const rendererOf = (pane) => L.svg({ pane, padding: 0.3 });
const smooth = MANY ? 1 : 0;
const BORDER = { color: "#5f6e74", weight: 0.6, opacity: 0.75 };

const paths = new Array(communeCount).fill(null);
const shapes = new Array(communeCount).fill(null);
const communeLayer = L.featureGroup();

function drawCommunes() {
  for (let i = 0; i < communeCount; i += 1) {
    if (!hasShape(i)) continue;
    shapes[i] = decodeShape(communes.rings[i]);
    const path = L.polygon(shapes[i], {
      ...BORDER,
      fillOpacity: 1,
      fillColor: "url(#hatch)",
      smoothFactor: smooth,
      noClip: true,
      className: "commune",
    });
    path.commune = i;
    paths[i] = path;
    communeLayer.addLayer(path);
  }
  communeLayer.addTo(map);
  bindTip(communeLayer, (path) => tooltipOf(path.commune));
  communeLayer.on("click", (event) => chooseOnMap(event.layer.commune));
  communeLayer.on("mouseover", (event) => hover(event.layer.commune));
  communeLayer.on("mouseout", () => hover(-1));
}

const TIP_GAP = 8;
// The buttons of the map stand at its left edge.
const BUTTONS = 50;

// A tooltip stays inside the map: below the pointer where there is no room above it, and moved
// to the side near the left and right edges.
function bindTip(layer, content) {
  const place = (event) => {
    const tip = layer.getTooltip();
    const node = tip.getElement();
    const size = map.getSize();
    const at = map.latLngToContainerPoint(event.latlng);
    const half = (node ? node.offsetWidth : 290) / 2 + TIP_GAP;
    const above = at.y > (node ? node.offsetHeight : 140) + 2 * TIP_GAP;
    tip.options.direction = above ? "top" : "bottom";
    const left = half + (size.x > 2 * half + BUTTONS ? BUTTONS : 0);
    const moved = Math.max(0, left - at.x) - Math.max(0, at.x + half - size.x);
    tip.options.offset = [moved, above ? -TIP_GAP : 3 * TIP_GAP];
  };
  layer.on("mouseover mousemove", place);
  layer.bindTooltip(content, { sticky: true, direction: "top", opacity: 1 });
}

function chooseOnMap(commune) {
  update({ commune });
  if (onPhone()) byId("card").scrollIntoView({ block: "nearest" });
}

const YEARLY = new Set(["planned", "cover"]);
const LIMITED = new Set(["planned", "gap", "available"]);

function tooltipOf(commune) {
  const measure = state.measure;
  const values = valuesOf(measure);
  const zone = zoneNow();
  const lines = [
    element("strong", { class: "name" }, fullName(commune)),
    element("span", { class: "code" }, communes.code[commune]),
  ];
  if (zone && measure !== "cover") {
    lines.push(
      element(
        "span",
        { class: "line" },
        zoneName(zone) + (isListed(commune) ? " · " + word("listedMark") : ""),
      ),
    );
  }
  lines.push(
    element(
      "span",
      { class: "line" },
      measureTitle(measure) +
        (YEARLY.has(measure) && state.year ? " " + state.year : "") +
        ": ",
      element("b", {}, withUnit(measure, values ? values[commune] : null)),
    ),
  );
  for (const [text, value] of otherLines(commune))
    lines.push(element("span", { class: "line" }, text + ": ", element("b", {}, value)));
  const band = bandText(commune);
  if (band) lines.push(element("span", { class: "line" }, band));
  const present = valuesOf("present");
  if (zone && measure !== "present" && measure !== "cover" && present) {
    lines.push(
      element(
        "span",
        { class: "line" },
        word("presentLong") + ": ",
        element("b", {}, withUnit("present", present[commune])),
      ),
    );
  }
  if (UNSURE_SHOWN.has(measure) && !otherTold(zone))
    lines.push(...sureLines(commune).map((text) => element("span", { class: "line" }, text)));
  const limit = LIMITED.has(measure) ? limitOf(commune) : "";
  if (limit) lines.push(element("span", { class: "line" }, word("limit") + ": " + limit));
  return element("div", { class: "tip" }, ...lines);
}

function paintCommunes() {
  const values = valuesOf(state.measure);
  const classing = classingNow();
  for (let i = 0; i < communeCount; i += 1) {
    if (!paths[i]) continue;
    const fill = colourOf(
      classOf(values ? values[i] : null, classing.breaks),
      state.measure,
      classing,
    );
    if (paths[i].options.fillColor === fill) continue;
    // setStyle() writes ten attributes; a country has three thousand paths and one that changes.
    paths[i].options.fillColor = fill;
    paths[i].getElement().setAttribute("fill", fill);
  }
}

const switches = {
  listed: true,
  unsure: true,
  names: !MANY,
  around: true,
  outlines: false,
  tiles: {},
};
const listedLayer = L.layerGroup().addTo(map);
let listedZone = -1;
const listedRenderer = rendererOf("listed");
const middleArea =
  communes.area.filter((area) => area > 0).sort((a, b) => a - b)[Math.floor(communeCount / 2)] ||
  10000;

// A line as wide as the commune it bounds would hide it: small communes get thin lines.
function scaleLines() {
  const metre =
    (40075016 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (256 * 2 ** map.getZoom());
  const pixels = Math.sqrt(middleArea * 10000) / metre;
  const style = byId("map").style;
  style.setProperty("--border-line", Math.min(0.6, pixels / 40).toFixed(2) + "px");
  style.setProperty("--listed-line", Math.min(1.5, pixels / 20).toFixed(2) + "px");
  // Where a commune is smaller than the pattern, the mark would only spoil its colour.
  byId("map")
    .closest(".stage")
    .classList.toggle("far", pixels < 12);
}

function paintListed() {
  const shown = switches.listed && marksShown();
  map.getPane("listed").style.display = shown ? "" : "none";
  if (!shown || listedZone === state.zone) return;
  listedZone = state.zone;
  listedLayer.clearLayers();
  for (const i of zoneNow().listed) {
    if (!shapes[i]) continue;
    listedLayer.addLayer(
      L.polygon(shapes[i], {
        renderer: listedRenderer,
        pane: "listed",
        interactive: false,
        fillColor: "url(#dots)",
        fillOpacity: 0.6,
        color: "#10191c",
        weight: 1.5,
        opacity: 0.95,
        smoothFactor: smooth,
        noClip: true,
        className: "is-listed",
      }),
    );
  }
}

const unsureLayer = L.layerGroup().addTo(map);
const unsureRenderer = rendererOf("unsure");

// Lines over the colour: the figure stands, but the reader should not lean on it.
function paintUnsure() {
  unsureLayer.clearLayers();
  map.getPane("unsure").style.display = switches.unsure ? "" : "none";
  for (const i of unsureNow()) {
    if (!shapes[i]) continue;
    unsureLayer.addLayer(
      L.polygon(shapes[i], {
        renderer: unsureRenderer,
        pane: "unsure",
        interactive: false,
        fillColor: "url(#unsure)",
        fillOpacity: 0.7,
        stroke: false,
        smoothFactor: smooth,
        noClip: true,
        className: "is-unsure",
      }),
    );
  }
}

const chosenLayer = L.layerGroup().addTo(map);
const chosenRenderer = rendererOf("chosen");
let hovered = -1;

function outline(commune, colours) {
  for (const [color, weight] of colours) {
    chosenLayer.addLayer(
      L.polygon(shapes[commune], {
        renderer: chosenRenderer,
        pane: "chosen",
        interactive: false,
        fill: false,
        color,
        weight,
        smoothFactor: smooth,
        noClip: true,
      }),
    );
  }
}

function paintChosen() {
  chosenLayer.clearLayers();
  if (hovered >= 0 && hovered !== state.commune && shapes[hovered])
    outline(hovered, [["#1d2a2f", 2]]);
  if (state.commune >= 0 && shapes[state.commune])
    outline(state.commune, [
      ["#ffffff", 6],
      ["#c2185b", 3],
    ]);
}

function hover(commune) {
  if (hovered === commune) return;
  markRow(hovered, "hovered", false);
  hovered = commune;
  markRow(hovered, "hovered", true);
  paintChosen();
}

function drawAround() {
  if (!data.neighbours) return null;
  const group = L.layerGroup();
  const renderer = rendererOf("around");
  data.neighbours.rings.forEach((rings, i) => {
    if (rings === null) return;
    const name = data.neighbours.name[i];
    const path = L.polygon(decodeShape(rings), {
      renderer,
      pane: "around",
      interactive: name !== "",
      fillColor: "#dadedb",
      fillOpacity: 1,
      color: "#ffffff",
      weight: 1,
      smoothFactor: smooth,
      noClip: true,
      className: "neighbour",
    });
    if (name !== "") {
      const label = () => element("div", { class: "tip" }, element("span", { class: "name" }, name));
      bindTip(path, label);
    }
    group.addLayer(path);
  });
  return group;
}

// One picture of classes: a legend is its palette, which stands between the two parts.
function pictureOf(legend) {
  const [head, rest] = data.outlines.parts;
  return "data:image/png;base64," + head + legend.palette + rest;
}

const plotLegends = () => (data.outlines && data.outlines.legends) || [];
const plotLegendNow = () => plotLegends().find((legend) => legend.id === state.plots);

function paintPlots() {
  const legend = plotLegendNow();
  if (legend) outlineLayer.setUrl(pictureOf(legend));
  toggle(outlineLayer, legend ? true : switches.outlines);
}

function drawOutlines() {
  if (!data.outlines) return null;
  if (data.outlines.legends) {
    return L.imageOverlay(pictureOf(data.outlines.legends[0]), data.outlines.bounds, {
      pane: "outlines",
      className: "plots",
    });
  }
  const lines = data.outlines.lines.map((line) => decodeRing(line, data.grid));
  return L.polyline(lines, {
    renderer: rendererOf("outlines"),
    pane: "outlines",
    interactive: false,
    color: "#5a3d00",
    weight: 0.7,
  });
}

function tileLayer(address, host) {
  const attribution = host.includes("openstreetmap")
    ? "© OpenStreetMap"
    : host.replace("https://", "");
  return L.tileLayer(address, { attribution, maxZoom: 18 });
}

const wholeBounds = () =>
  L.latLngBounds([data.bounds[0], data.bounds[1]], [data.bounds[2], data.bounds[3]]);
const fitAll = () => map.fitBounds(wholeBounds(), { padding: [10, 10], animate: false });

function zoomTo(commune) {
  if (shapes[commune])
    map.fitBounds(L.latLngBounds(shapes[commune].flat()), { padding: [40, 40], maxZoom: 12.5 });
}
