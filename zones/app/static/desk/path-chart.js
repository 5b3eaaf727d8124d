// A path over years with its band: what counts, what is published, what stood before, the targets.
import { number } from "./words.js";

const SPACE = "http://www.w3.org/2000/svg";
const [LEFT, RIGHT, TOP, FOOT] = [46, 64, 16, 30];
const PHONE = matchMedia("(max-width: 760px)");

function shape(tag, attributes, text) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// Round steps between the least and the greatest: 1, 2 or 5 times a power of ten.
function stepsOf(least, most) {
  const raw = (most - least) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((part) => part * power >= raw);
  const found = [];
  for (let at = Math.floor(least / step) * step; at < most + step * 0.999; at += step) found.push(at);
  return { step, found };
}

export function pathChart({ path, published, before, targets, label, decimals }) {
  const [WIDE, HIGH] = PHONE.matches ? [400, 260] : [720, 320]; // its words stay legible on a phone
  const all = [...path.flatMap((row) => [row.low_percent, row.high_percent]), ...published.map((row) => row.cover_percent), ...before.map((row) => row.cover_percent), ...targets.map((row) => row.target_percent)];
  const { step, found } = stepsOf(Math.min(...all), Math.max(...all));
  const [first, last] = [path[0].year, Math.max(path.at(-1).year, ...targets.map((row) => row.year))];
  const x = (year) => LEFT + ((year - first) / Math.max(1, last - first)) * (WIDE - LEFT - RIGHT);
  const y = (value) => HIGH - FOOT - ((value - found[0]) / (found.at(-1) - found[0])) * (HIGH - FOOT - TOP);
  const line = (rows, name) => rows.map((row, place) => `${place ? "L" : "M"}${x(row.year).toFixed(1)} ${y(row[name]).toFixed(1)}`).join("");
  const picture = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": label, class: "rate-chart" });
  for (const value of found) {
    picture.append(shape("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value), class: "grid" }));
    picture.append(shape("text", { x: LEFT - 6, y: y(value) + 4, class: "tick end" }, number(value, step < 1 ? 1 : 0) + " %"));
  }
  for (let year = first; year <= last; year += 1) picture.append(shape("text", { x: x(year), y: HIGH - 8, class: "tick middle" }, String(year)));
  const back = path.toReversed().map((row) => `L${x(row.year).toFixed(1)} ${y(row.low_percent).toFixed(1)}`).join("");
  picture.append(shape("path", { d: line(path, "high_percent") + back + "Z", class: "band" }));
  picture.append(shape("path", { d: line(published, "cover_percent"), class: "with" }));
  if (before.length) picture.append(shape("path", { d: line(before, "cover_percent"), class: "before" }));
  picture.append(shape("path", { d: line(path, "cover_percent"), class: "rate" }));
  for (const row of targets) {
    picture.append(shape("circle", { cx: x(row.year), cy: y(row.target_percent), r: 5, class: "target" }));
    picture.append(shape("text", { x: x(row.year) + 9, y: y(row.target_percent) + 4, class: "tick" }, number(row.target_percent, 1) + " %"));
  }
  const end = path.at(-1);
  picture.append(shape("text", { x: x(end.year) + 9, y: y(end.cover_percent) + 4, class: "tick strong" }, number(end.cover_percent, decimals) + " %"));
  return picture;
}
