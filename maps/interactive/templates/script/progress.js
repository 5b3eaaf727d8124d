// Hectares of a zone over the years, as measured, as reported, as reconciled: the choice, the words
// and the chart. A year of which nobody told is a gap and never 0.
const TELLERS = ["layer", "report", "reconciled"];
const tellersOf = (zone) => (zone && zone.told ? TELLERS.filter((name) => zone.told[name]) : []);

// One figure alone is the present area, and there is nothing to choose.
const severalTold = (zone) =>
  tellersOf(zone).reduce((count, name) => count + zone.told[name].years.length, 0) > 1;
const toldChosen = (zone) => state.measure === "present" && severalTold(zone);

// Who is shown: as chosen; of a zone that this one does not tell, whose figure is the present one.
const tellerOf = (zone) =>
  [state.told, zone.told.now[0]].find((name) => zone.told[name]) ?? tellersOf(zone)[0];

function toldYear(zone) {
  const years = zone.told[tellerOf(zone)].years;
  if (years.includes(state.year)) return state.year;
  const [teller, year] = zone.told.now;
  return teller === tellerOf(zone) ? year : years[years.length - 1];
}

const toldPlace = (zone) => zone.told[tellerOf(zone)].years.indexOf(toldYear(zone));
const toldValues = (zone) => zone.told[tellerOf(zone)].values[toldPlace(zone)];

// Whether other figures are shown than those of the present area.
function otherTold(zone) {
  if (!toldChosen(zone)) return false;
  return zone.told.now[0] !== tellerOf(zone) || zone.told.now[1] !== toldYear(zone);
}

const toldText = (teller, year) => word("told " + teller) + " " + year;
const presentTitle = (zone) =>
  word("presentLong") + (toldChosen(zone) ? ", " + toldText(tellerOf(zone), toldYear(zone)) : "");
const measureTitle = (measure) =>
  measure === "present" ? presentTitle(zoneNow()) : word(measure + "Long");

// Sum of the communes that told, and how many they are.
function wholeText(zone) {
  const told = zone.told[tellerOf(zone)];
  const place = toldPlace(zone);
  return word("toldWhole", {
    a: formatHectares(told.whole[place]) + "\u00a0ha",
    n: plainNumber(told.communes[place], 0),
    of: plainNumber(told.expected[place], 0),
  });
}

// What the others say of a commune, each by its newest year.
function otherLines(commune) {
  const zone = zoneNow();
  if (!toldChosen(zone)) return [];
  return tellersOf(zone)
    .filter((name) => name !== tellerOf(zone))
    .map((name) => {
      const { years, values } = zone.told[name];
      const same = years.indexOf(toldYear(zone));
      const place = same < 0 ? years.length - 1 : same;
      return [toldText(name, years[place]), withUnit("present", values[place][commune])];
    });
}

function renderTellers() {
  const box = byId("tellers");
  const zone = zoneNow();
  const tellers = toldChosen(zone) ? tellersOf(zone) : [];
  box.hidden = tellers.length < 2;
  box.setAttribute("aria-label", word("tellers"));
  const chips = box.hidden ? [] : tellers.map((name) => tellerChip(name, tellerOf(zone)));
  box.replaceChildren(...chips);
}

function tellerChip(name, chosen) {
  const choice = element("input", {
    type: "radio",
    name: "teller",
    value: name,
    checked: name === chosen,
    "data-focus": "teller-" + name,
    onchange: () => update({ told: name }),
  });
  return element(
    "label",
    { class: name === chosen ? "chip on" : "chip" },
    choice,
    element("span", {}, word("teller " + name)),
  );
}

// Figures of a teller for the chart: of a commune, or of the communes that told together.
function toldPoints(zone, name, commune) {
  const told = zone.told[name];
  return told.years.map((year, place) => ({
    year: Number(year),
    value: commune < 0 ? told.whole[place] : told.values[place][commune],
    whole: commune >= 0 || told.communes[place] >= told.expected[place],
    communes: told.communes[place],
    expected: told.expected[place],
  }));
}

const progressShown = (zone) =>
  toldChosen(zone) && new Set(tellersOf(zone).flatMap((name) => zone.told[name].years)).size > 1;

function progressBlock(zone) {
  const commune = state.commune;
  const name = commune >= 0 ? fullName(commune) : word("province");
  const series = tellersOf(zone).map((teller) => [
    teller,
    toldPoints(zone, teller, commune).filter((point) => point.value !== null),
  ]);
  const target = commune < 0 ? targetOf(zone) : null;
  const partial = series.some(([, points]) => points.some((point) => !point.whole));
  const keys = series.map(([teller]) =>
    element("li", {}, progressMark(teller), element("span", {}, word("teller " + teller))),
  );
  return [
    element("h2", { id: "path-title" }, word("progressTitle", { zone: zoneName(zone), name })),
    progressChart(series, target),
    element("ul", { class: "progress-key" }, ...keys),
    element("p", { class: "help" }, word("progressHelp") + (partial ? " " + word("progressPart") : "")),
  ];
}

function progressMark(teller) {
  const mark = progressDot(teller, 8, 8, true, "");
  return svgElement("svg", { viewBox: "0 0 16 16", class: "swatch", "aria-hidden": "true" }, mark);
}

function progressDot(teller, x, y, whole, text) {
  const kind = "mark " + teller + (whole ? "" : " part");
  const mark =
    teller === "layer"
      ? svgElement("circle", { cx: x, cy: y, r: 4.5, class: kind })
      : teller === "report"
        ? svgElement("rect", { x: x - 4, y: y - 4, width: 8, height: 8, class: kind })
        : svgElement("path", { d: `M${x} ${y - 5} L${x + 5} ${y + 4} L${x - 5} ${y + 4} Z`, class: kind });
  if (text) mark.append(svgElement("title", {}, text));
  return mark;
}

function pointText(teller, { year, value, whole, communes, expected }) {
  const part = whole ? "" : " (" + word("toldOf", { n: communes, of: expected }) + ")";
  return toldText(teller, year) + ": " + formatHectares(value) + "\u00a0ha" + part;
}

function progressChart(series, target) {
  const points = series.flatMap(([, found]) => found);
  const goal = target && target.year && target.low !== null ? target : null;
  const ends = [...points.map(({ year }) => year), ...(goal ? [goal.year] : [])];
  const [first, last] = [Math.min(...ends), Math.max(...ends)];
  const years = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  const top = Math.max(1e-9, ...points.map(({ value }) => value), goal ? goal.low : 0);
  const { width, height, right, top: above, bottom } = PATH_SIZE;
  const left = 58;
  const x = (year) => left + 6 + ((year - first) / (last - first || 1)) * (width - left - right - 6);
  const y = (value) => above + (1 - value / top) * (height - above - bottom);
  return svgElement(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      class: "path-chart progress-chart",
      role: "img",
      "aria-label": series
        .flatMap(([teller, found]) => found.map((point) => pointText(teller, point)))
        .join("; "),
    },
    ...pathScale(roundSteps(0, top), x, y, { years, left, unit: "ha" }),
    ...(goal ? pathTarget(x(goal.year), y(goal.low), formatNumber(goal.low, 0), "ha") : []),
    ...series.flatMap(([teller, found]) => [
      ...progressLines(teller, found, x, y),
      ...found.map((point) =>
        progressDot(teller, x(point.year), y(point.value), point.whole, pointText(teller, point)),
      ),
    ]),
  );
}

// Only years that follow each other are joined, and only where all have told.
function progressLines(teller, points, x, y) {
  return points.slice(1).flatMap((point, place) => {
    const before = points[place];
    if (point.year !== before.year + 1 || !point.whole || !before.whole) return [];
    const [x1, y1, x2, y2] = [x(before.year), y(before.value), x(point.year), y(point.value)];
    return [svgElement("line", { x1, y1, x2, y2, class: "join " + teller })];
  });
}
