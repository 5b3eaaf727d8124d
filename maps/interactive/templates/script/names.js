// Names on the map: as many as fit without touching, the chosen and the listed ones first.
const namePane = map.getPane("names");
namePane.classList.add("leaflet-zoom-hide");
const MOST_NAMES = 220;

function placeNames() {
  namePane.replaceChildren();
  if (!switches.names) return;
  const view = map.getBounds().pad(0.05);
  const candidates = [];
  for (let i = 0; i < communeCount; i += 1) {
    if (!communes.point[i]) continue;
    const place = pointOf(communes.point[i]);
    if (view.contains(place)) candidates.push([rank(i), i, place]);
  }
  candidates.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const taken = [];
  for (const [, commune, place] of candidates) {
    if (taken.length >= MOST_NAMES) break;
    const at = map.latLngToLayerPoint(place);
    const half = Math.min(communeName(commune).length, 24) * 3.1 + 3;
    const box = [at.x - half, at.y - 8, at.x + half, at.y + 8];
    if (taken.some((other) => overlaps(box, other))) continue;
    taken.push(box);
    const label = element(
      "span",
      { class: commune === state.commune ? "place chosen" : "place" },
      communeName(commune),
    );
    label.style.transform =
      "translate(" + Math.round(at.x) + "px," + Math.round(at.y) + "px) translate(-50%,-50%)";
    namePane.append(label);
  }
}

function rank(commune) {
  const area = communes.area[commune] || 0;
  return (commune === state.commune ? 1e12 : 0) + (zoneNow() && isListed(commune) ? 1e9 : 0) + area;
}

const overlaps = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
