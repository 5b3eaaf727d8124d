// A small map without controls: communes coloured by classes that several such maps share.
import { decodeRing } from "/page/shared.js";

const SPACE = "http://www.w3.org/2000/svg";

function shape(tag, attributes) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

export function classOf(value, breaks) {
  let place = 0;
  while (place < breaks.length && value > breaks[place]) place += 1;
  return place;
}

export function colourOf(value, breaks, colours) {
  return value > 0 ? colours.planned[breaks.length][classOf(value, breaks)] : colours.zero;
}

export function choropleth({ ground, values, breaks, label, textOf, onpick, fillOf = (value) => colourOf(value, breaks, ground.colours) }) {
  const [south, west, north, east] = ground.bounds;
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const width = (east - west) * narrow;
  const height = north - south;
  const picture = shape("svg", { viewBox: `0 0 1000 ${Math.round((1000 * height) / width)}`, role: "img", "aria-label": label, class: "choropleth" });
  const scale = 1000 / width;
  const at = ([lat, lon]) => `${((lon - west) * narrow * scale).toFixed(1)} ${((north - lat) * scale).toFixed(1)}`;
  ground.communes.rings.forEach((rings, place) => {
    if (rings === null) return;
    const line = rings.split(" ").map((ring) => "M" + decodeRing(ring, ground.grid).map(at).join("L") + "Z").join("");
    const value = values[ground.communes.code[place]] ?? 0;
    const path = shape("path", { d: line, fill: fillOf(value), "fill-rule": "evenodd", stroke: "#5f6e74", "stroke-width": "1.2" });
    const title = shape("title", {});
    title.textContent = `${ground.communes.name[place]}: ${textOf(value)}`;
    path.append(title);
    path.addEventListener("click", () => onpick(ground.communes.code[place]));
    picture.append(path);
  });
  return picture;
}
