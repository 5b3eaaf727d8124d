// The forecast of forest cover as a chart: of the chosen commune, else of the province.
const PATH_SIZE = { width: 480, height: 184, left: 44, right: 34, top: 24, bottom: 44 };

// Rate, lower and upper end of each year.
function pathOf(commune) {
  const path = data.coverPath;
  if (commune < 0) return path.province;
  const of = (name) => path[name].map((values) => values[commune]);
  return { rate: of("rate"), low: of("low"), high: of("high") };
}

function renderPath() {
  const box = byId("path");
  const zone = zoneNow();
  if (progressShown(zone)) {
    box.hidden = false;
    return box.replaceChildren(...progressBlock(zone));
  }
  const shown = coverChosen() && Boolean(data.coverPath);
  box.hidden = !shown;
  if (!shown) return box.replaceChildren();
  const known = state.commune >= 0 && data.coverPath.rate[0][state.commune] !== null;
  const commune = known ? state.commune : -1;
  const name = known ? fullName(commune) : word("province");
  const figures = pathOf(commune);
  const targets = known ? [] : data.coverPath.targets;
  const key = word("pathKey") + (targets.length ? ". " + word("pathKeyTarget") : "");
  box.replaceChildren(
    element("h2", { id: "path-title" }, word("pathTitle", { name })),
    element("p", { class: "help" }, pathSummary(figures)),
    pathChart(figures, targets),
    element("p", { class: "help" }, key + "."),
  );
}

const rateText = (value) => formatNumber(value, 2);

function pathSummary({ rate, low, high }) {
  const years = data.coverPath.years;
  const last = years.length - 1;
  return word("pathSummary", {
    first: years[0],
    last: years[last],
    a: rateText(rate[0]),
    b: rateText(rate[last]),
    low: rateText(low[last]),
    high: rateText(high[last]),
  });
}

// Round values for the lines of a scale: some three of them between two ends.
function roundSteps(from, to) {
  const rough = (to - from) / 3 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= rough);
  const steps = [];
  for (let value = Math.ceil(from / step) * step; value <= to + step / 1e6; value += step)
    steps.push(value);
  return { steps, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

function pathChart({ rate, low, high }, targets) {
  const years = data.coverPath.years;
  const { width, height, left, right, top, bottom } = PATH_SIZE;
  const ends = [...rate, ...low, ...high, ...targets.map(([, asked]) => asked)];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const last = years[years.length - 1];
  const x = (year) => left + ((year - years[0]) / (last - years[0] || 1)) * (width - left - right);
  const y = (value) => top + ((to - value) / (to - from || 1)) * (height - top - bottom);
  const at = (value, place) => x(years[place]).toFixed(1) + "," + y(value).toFixed(1);
  const ribbon = [...high.map(at), ...low.map(at).reverse()].join(" ");
  return svgElement(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      class: "path-chart",
      role: "img",
      "aria-label": years.map((year, i) => year + ": " + rateText(rate[i]) + " %").join("; "),
    },
    ...pathScale(roundSteps(from, to), x, y, { years, left, unit: "%" }),
    svgElement("polygon", { points: ribbon, class: "band" }),
    svgElement("polyline", { points: rate.map(at).join(" "), class: "rate" }),
    ...targets.flatMap(([year, asked]) => pathTarget(x(year), y(asked), rateText(asked), "%")),
    ...pathDots(rate, x, y),
  );
}

function pathScale({ steps, decimals }, x, y, { years, left, unit }) {
  const { width, height, right } = PATH_SIZE;
  const every = Math.ceil(years.length / 8);
  const write = (text, place) => svgElement("text", place, text);
  return [
    ...steps.flatMap((value) => [
      svgElement("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" }),
      write(plainNumber(value, decimals), { x: left - 8, y: y(value) + 4, "text-anchor": "end" }),
    ]),
    write(unit, { x: left - 8, y: 12, "text-anchor": "end" }),
    ...years
      .filter((_, place) => place % every === 0)
      .map((year) => write(String(year), { x: x(year), y: height - 6, "text-anchor": "middle" })),
  ];
}

function pathTarget(x, y, asked, unit) {
  const shape = `M${x} ${y - 5} L${x + 5} ${y} L${x} ${y + 5} L${x - 5} ${y} Z`;
  const title = svgElement("title", {}, word("pathTarget", { a: asked + "\u00a0" + unit }));
  const place = { x, y: y - 9, "text-anchor": "middle", class: "goal-text" };
  return [svgElement("path", { d: shape, class: "goal" }, title), svgElement("text", place, asked)];
}

// The year of the map is the large dot; it and both ends have their figures.
function pathDots(rate, x, y) {
  const years = data.coverPath.years;
  const now = state.year ? pathPlace(state.year) : 0;
  const told = new Set([0, now, years.length - 1]);
  return rate.flatMap((value, place) => {
    const chosen = place === now;
    const [cx, cy] = [x(years[place]), y(value)];
    const dot = svgElement("circle", { cx, cy, r: chosen ? 5 : 2.5, class: chosen ? "dot now" : "dot" });
    if (!told.has(place)) return [dot];
    // Left of the first dot stands the scale.
    const anchor = place === 0 ? "start" : "middle";
    const under = { x: cx, y: cy + 18, "text-anchor": anchor, class: "rate-text" };
    return [dot, svgElement("text", under, rateText(value))];
  });
}

// Interval of today's rate: by points where the rate of the map lies outside of it.
function coverInterval({ cover_percent: rate, interval, drawn }) {
  if (!interval) return "";
  const [low, high] = interval;
  const around = drawn || (low <= rate && rate <= high);
  const ends = rateText(low) + "–" + rateText(high) + "\u00a0%";
  const name = around ? word("interval").toLowerCase() : word("byPoints");
  return " (" + name + " " + ends + (drawn ? ", " + word("ofDrawing") : "") + ")";
}

function provinceCover() {
  const now = yearOf("cover");
  const path = data.coverPath;
  const place = now ? pathPlace(now) : 0;
  const rate = now ? path.province.rate[place] : data.cover.province.cover_percent;
  const whole = data.cover.province.region ? "region" : "province";
  const text = word(whole) + " " + rateText(rate) + "\u00a0%";
  if (!now) return text + coverInterval(data.cover.province);
  const band = rateText(path.province.low[place]) + "–" + rateText(path.province.high[place]);
  return text + " (" + band + "\u00a0%), " + word("forecast", { year: now });
}

// Ends of the band of a commune in the chosen year.
function bandText(commune) {
  const year = yearOf("cover");
  if (!coverChosen() || !year || data.coverPath.rate[0][commune] === null) return "";
  const [low, high] = ["low", "high"].map((end) =>
    rateText(data.coverPath[end][pathPlace(year)][commune]),
  );
  return word("bandIn", { low, high });
}
