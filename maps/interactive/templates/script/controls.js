// What the reader chooses with: zones (the chart), measures, years, layers, language.
function renderChart() {
  const rows = data.zones.map((zone, index) => {
    const target = targetOf(zone);
    const choice = element("input", {
      type: "radio",
      name: "zone",
      value: zone.id,
      checked: index === state.zone,
      onchange: () => update({ zone: index }),
    });
    const row = element(
      "label",
      { class: "zone-row" },
      choice,
      element("span", { class: "zone-name" }, zoneName(zone)),
      element(
        "span",
        { class: target && misses(target) ? "zone-status missed" : "zone-status" },
        target ? statusText(target) : "",
      ),
      bulletOf(target),
      element("span", { class: "zone-figures" }, target ? figuresText(target) : word("noTarget")),
    );
    return row;
  });
  byId("chart").replaceChildren(...(rows.length ? rows : [element("p", {}, word("noZones"))]));
  byId("zone").replaceChildren(
    ...data.zones.map((zone, index) =>
      element("option", { value: String(index), selected: index === state.zone }, zoneName(zone)),
    ),
  );
}

function statusText(target) {
  const text = figureStatus(target);
  if (target.verdict === "cannot_tell") return text + "; " + word("cannotTell");
  const found = decided(target);
  return found && found !== target.status ? text + "; " + word("points " + found) : text;
}

// Where the interval puts what is there, if it lies on one side of each end.
function decided(target) {
  if (!hasInterval(target) || !["met", "not_met"].includes(target.verdict)) return "";
  if (target.verdict === "met") return "within";
  const highest = target.figure_high === undefined ? target.high : target.figure_high;
  return highest !== null && target.low_interval > highest ? "above" : "below";
}

function figureStatus(target) {
  if (target.status === "below")
    return word("below", { a: formatHectares(target.shortfall) + "\u00a0ha" });
  if (target.status === "above")
    return word("above", { a: formatHectares(target.surplus) + "\u00a0ha" });
  return word(target.status);
}

// Short of a floor or above a ceiling: both miss what the plan asks for.
const misses = (target) =>
  target.status === "below" || (target.status === "above" && target.bound === "at_most");

function boundText(target) {
  const lowest = target.figure_low === undefined ? target.low : target.figure_low;
  const highest = target.figure_high === undefined ? target.high : target.figure_high;
  const low = lowest === null ? null : formatBorder("area", lowest);
  const high = highest === null ? null : formatBorder("area", highest);
  if (target.bound === "at_least") return word("boundAtLeast", { a: low });
  if (target.bound === "at_most") return word("boundAtMost", { a: high });
  const text =
    low !== null && high !== null && low !== high ? low + "–" + high : (low ?? high ?? "–");
  if (target.bound === "about") return word("boundAbout", { a: text });
  if (target.bound === "maintain") return word("boundMaintain", { a: text });
  return text;
}

function figuresText(target) {
  const [low, high] = [target.low_interval, target.high_interval];
  // An interval that the figure lies outside of is not one around it.
  const around = low <= target.present && target.present <= high;
  const interval = hasInterval(target)
    ? (around ? " (" : " (" + word("byPoints") + " ") +
      (formatHectares(low) + "–" + formatHectares(high) + ")")
    : "";
  return formatHectares(target.present) + interval + " / " + boundText(target) + "\u00a0ha";
}

// An area whose accuracy nobody stated has no interval.
const hasInterval = (target) => (target.low_interval ?? null) !== null;

function targetText(target) {
  const year = target.year ? " " + word("targetYear", { year: target.year }) : "";
  return (
    word("target") +
    " " +
    boundText(target) +
    "\u00a0ha" +
    year +
    ", " +
    word("nowHeld", { a: formatHectares(target.present) + "\u00a0ha" }) +
    (target.status === "below" ? ", " + statusText(target) : "")
  );
}

function bulletOf(target) {
  const AXIS = 1.25;
  const track = element("span", { class: "bullet", "aria-hidden": "true" });
  if (!target) return track;
  const base = target.low ?? target.high;
  if (target.held_ratio !== null) {
    const bar = element("span", { class: misses(target) ? "bar missed" : "bar" });
    bar.style.width = Math.min(target.held_ratio / AXIS, 1) * 100 + "%";
    track.append(bar);
    if (target.held_ratio > AXIS) track.classList.add("beyond");
  }
  if (base) {
    const upper = target.high !== null ? Math.min(target.high / base, AXIS) : 1;
    const range = element("span", { class: "range" });
    const mark = element("span", { class: "goal" });
    range.style.left = mark.style.left = 100 / AXIS + "%";
    range.style.width = ((upper - 1) / AXIS) * 100 + "%";
    track.append(range, mark);
  }
  if (base && hasInterval(target)) {
    const whisker = element("span", { class: "whisker" });
    const [from, to] = [target.low_interval, target.high_interval].map((end) =>
      Math.min(end / base / AXIS, 1),
    );
    whisker.style.left = from * 100 + "%";
    whisker.style.width = (to - from) * 100 + "%";
    track.append(whisker);
  }
  return track;
}

function renderMeasures() {
  const there = new Set(data.measures);
  const chips = MEASURE_ORDER.filter((measure) => measure !== "gap" || there.has(measure)).map(
    (measure) => {
      const missing = !there.has(measure);
      return element(
        "label",
        { class: missing ? "chip missing" : "chip", title: word(measure + "Long") },
        element("input", {
          type: "radio",
          name: "measure",
          value: measure,
          checked: measure === state.measure,
          disabled: missing,
          onchange: () => update({ measure }),
        }),
        element("span", {}, word(measure) + (missing ? " (" + word("notAvailable") + ")" : "")),
      );
    },
  );
  byId("measures").setAttribute("aria-label", word("measure"));
  byId("measures").replaceChildren(...chips);
}

function renderYears() {
  const stops = yearStops();
  byId("years").hidden = !(YEARLY.has(state.measure) || toldChosen(zoneNow())) || stops.length < 2;
  const slider = byId("year");
  const chosen = toldChosen(zoneNow()) ? toldYear(zoneNow()) : state.year;
  slider.max = String(stops.length - 1);
  slider.value = String(stops.indexOf(chosen));
  const first = coverChosen() && stops.length > 1 ? data.coverPath.years[0] : word("allYears");
  const shown = chosen || String(first);
  byId("year-shown").value = shown;
  slider.setAttribute("aria-valuetext", shown);
}

// Stops of the slider: before the years to come stands what all of them are, or today.
const yearStops = () => (toldChosen(zoneNow()) ? yearsNow() : ["", ...yearsNow()]);

function renderHeadline() {
  const zone = zoneNow();
  const parts =
    state.measure === "cover" || !zone
      ? [word(state.measure + "Long")]
      : [
          zoneName(zone),
          measureTitle(state.measure) +
            (state.measure === "planned" ? " · " + (state.year || word("allYears")) : ""),
        ];
  const told = state.measure !== "cover" && zone ? (zone.said ?? []) : [];
  if (state.measure === "cover" && data.cover) {
    parts.push(provinceCover());
  } else if (zone) {
    if (otherTold(zone)) parts.push(wholeText(zone));
    const target = targetOf(zone);
    // The verdict in words says the target, and what there is, as well.
    if (target && !(told.length && hasInterval(target))) parts.push(targetText(target));
    parts.push(word("list" + zone.list[0].toUpperCase() + zone.list.slice(1)));
  }
  byId("headline").replaceChildren(
    element("b", {}, parts[0]),
    parts
      .slice(1)
      .map((part) => " · " + part)
      .join(""),
    ...told.map((text) => element("span", { class: "verdict-said" }, text[state.language])),
  );
}

const aroundLayer = drawAround();
const outlineLayer = drawOutlines();
const tileLayers = data.tiles.map(([host, address]) => [host, tileLayer(address, host)]);

function renderLayers() {
  const entries = [
    ["listed", word("layerListed")],
    ["names", word("layerNames")],
  ];
  if (data.zones.some((zone) => zone.interval)) entries.push(["unsure", word("layerUnsure")]);
  if (aroundLayer) entries.push(["around", word("layerNeighbours")]);
  if (outlineLayer && !plotLegends().length) entries.push(["outlines", word("layerOutlines")]);
  const rows = entries.map(([key, label]) =>
    layerRow(
      label,
      switches[key],
      (on) => {
        switches[key] = on;
        applyLayers();
      },
      key,
    ),
  );
  if (plotLegends().length) {
    const choose = (on) => update({ plots: on ? plotLegends()[0].id : "" });
    rows.push(layerRow(word("layerPlots"), Boolean(plotLegendNow()), choose, "plots"));
  }
  for (const [host, layer] of tileLayers) {
    const label = word("layerTiles", { host: host.replace("https://", "") });
    rows.push(
      layerRow(
        label,
        map.hasLayer(layer),
        (on) => {
          toggle(layer, on);
          applyLayers();
        },
        "tiles",
      ),
    );
  }
  byId("layer-list").replaceChildren(...rows);
}

function layerRow(label, on, change, key) {
  return element(
    "label",
    { class: "check" },
    element("input", {
      type: "checkbox",
      checked: on,
      "data-layer": key,
      onchange: (event) => change(event.target.checked),
    }),
    element("span", {}, label),
  );
}

function toggle(layer, on) {
  if (layer && on !== map.hasLayer(layer)) (on ? map.addLayer : map.removeLayer).call(map, layer);
}

function applyLayers() {
  toggle(aroundLayer, switches.around);
  paintPlots();
  const seeThrough = tileLayers.some(([, layer]) => map.hasLayer(layer));
  byId("map").classList.toggle("with-tiles", seeThrough);
  paintListed();
  paintUnsure();
  placeNames();
}
