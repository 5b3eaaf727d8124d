// In which class a value falls, and how the class looks.
function classOf(value, breaks) {
  if (value === null || value === undefined) return "none";
  if (value < 0) return "below";
  if (value === 0) return "zero";
  let index = 0;
  while (index < breaks.length && value > breaks[index]) index += 1;
  return index;
}

function colourOf(found, measure, classing) {
  if (found === "none") return "url(#hatch)";
  if (found === "below") return data.colours.below;
  if (found === "zero") return data.colours.zero;
  return data.colours[measure][classing.breaks.length][found];
}

function classLabel(index, measure, classing, values) {
  const breaks = classing.breaks;
  const unit = "\u00a0" + unitOf(measure);
  if (classing.scheme === "single") {
    return word("single", {
      a: withUnit(
        measure,
        values.find((value) => value > 0),
      ),
    });
  }
  if (index === breaks.length) {
    return word("over", { a: formatBorder(measure, breaks[index - 1]) + unit });
  }
  const upper = formatBorder(measure, breaks[index]) + unit;
  if (index === 0) return word("upTo", { b: upper });
  return word("between", { a: formatBorder(measure, breaks[index - 1]), b: upper });
}

function renderLegend() {
  const measure = state.measure;
  const classing = classingNow();
  const values = valuesOf(measure);
  const counts = new Map();
  for (let i = 0; i < communeCount; i += 1) {
    const found = classOf(values ? values[i] : null, classing.breaks);
    counts.set(found, (counts.get(found) || 0) + 1);
  }
  const entries = [];
  if (counts.has("none")) entries.push(["none", word("noData")]);
  // Only a gap can be below zero: losses outweigh what is planted.
  if (counts.has("below")) entries.push(["below", word("belowZero")]);
  if (counts.has("zero")) entries.push(["zero", word(measure === "gap" ? "zeroGap" : "zero")]);
  if (classing.scheme !== "none") {
    for (let i = 0; i <= classing.breaks.length; i += 1) {
      if (classing.scheme !== "single" || i === 0) {
        entries.push([i, classLabel(i, measure, classing, values)]);
      }
    }
  }
  const list = element("ul", { class: "classes" });
  for (const [found, label] of entries) {
    const fill = colourOf(found, measure, classing);
    list.append(
      element(
        "li",
        {},
        swatch(fill),
        element("span", {}, label, element("small", {}, " (" + (counts.get(found) || 0) + ")")),
      ),
    );
  }
  if (marksShown()) {
    list.append(
      element(
        "li",
        { class: "mark" },
        swatch("url(#dots)"),
        element(
          "span",
          {},
          word("listed"),
          element("small", {}, " (" + zoneNow().listed.length + ")"),
          element("small", { class: "far-hint" }, " " + word("zoomToSee")),
        ),
      ),
    );
  }
  const unsure = unsureNow().length;
  if (unsure) {
    list.append(
      element(
        "li",
        { class: "mark unsure" },
        swatch("url(#unsure)"),
        element("span", {}, word("unsureLegend"), element("small", {}, " (" + unsure + ")")),
      ),
    );
  }
  const help = measure === "gap" ? element("p", { class: "help" }, word("gapHelp")) : "";
  byId("legend").replaceChildren(
    element("h3", {}, measureTitle(measure) + " (" + unitOf(measure) + ")"),
    list,
    schemeChoice(classing),
    help,
    plotsLegend(),
  );
}

// Legend of the plots laid over the map, with the choice of their colours.
function plotsLegend() {
  const legend = plotLegendNow();
  if (!legend) return "";
  const choices = plotLegends().map((one) =>
    element(
      "label",
      { class: one === legend ? "chip on" : "chip" },
      element("input", {
        type: "radio",
        name: "plots",
        value: one.id,
        checked: one === legend,
        "data-focus": "plots-" + one.id,
        onchange: () => update({ plots: one.id }),
      }),
      element("span", {}, one.name[state.language]),
    ),
  );
  const entries = legend.entries.map(([vi, en, colour]) =>
    element("li", {}, swatch(colour), element("span", {}, state.language === "vi" ? vi : en)),
  );
  return element(
    "div",
    { class: "plots-legend" },
    element("h3", {}, word("layerPlots")),
    element("div", { class: "chips", role: "radiogroup", "aria-label": word("plotsLegend") }, ...choices),
    element("ul", { tabindex: "0", "aria-label": legend.name[state.language] }, ...entries),
    element("p", { class: "help" }, word("plotsHelp")),
  );
}

function swatch(fill) {
  const box = svgElement("rect", {
    x: 0.5,
    y: 0.5,
    width: 25,
    height: 15,
    fill,
    stroke: "#8b989c",
  });
  return svgElement("svg", { viewBox: "0 0 26 16", class: "swatch", "aria-hidden": "true" }, box);
}

function schemeName(classing) {
  const scheme = classing.scheme;
  return word("scheme" + scheme[0].toUpperCase() + scheme.slice(1));
}

function schemeChoice(classing) {
  const options = classingsOf(state.measure);
  if (options.length < 2) return element("p", { class: "scheme" }, schemeName(classing));
  const choice = element("select", {
    id: "scheme",
    "data-focus": "scheme",
    onchange: (event) => update({ scheme: Number(event.target.value) }),
  });
  options.forEach((option, index) => {
    choice.append(
      element(
        "option",
        { value: String(index), selected: option === classing },
        schemeName(option),
      ),
    );
  });
  return element("label", { class: "scheme" }, word("classes") + " ", choice);
}
