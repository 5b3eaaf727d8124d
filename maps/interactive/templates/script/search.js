// Search: communes by name or code, zones and their crops by name, with or without accents; settings
// of a view that somebody copied are applied as they are pasted.
const folded = communes.name.map((name, i) => fold(name) + " " + communes.code[i]);
const foldedZones = data.zones.map((zone) =>
  fold([zone.name.vi, zone.name.en, zone.id].join(" ").replace(/_/g, " ")),
);
const MOST_FOUND = 8;
let found = [];
let at = -1;

function hitsOf(texts, wanted) {
  const hits = [];
  texts.forEach((text, i) => {
    const place = text.indexOf(wanted);
    if (place >= 0) hits.push([place === 0 ? 0 : text[place - 1] === " " ? 1 : 2, i]);
  });
  return hits;
}

function findAll(text) {
  const plain = fold(text.trim()).replace(/\s+/g, " ");
  const wanted = plain.replace(/^(xa|phuong|dac khu|p\.|x\.) /, "");
  if (!wanted) return [];
  const zones = hitsOf(foldedZones, plain.replace(/^(vung|cay) /, ""))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, zone]) => ({ zone }));
  const places = hitsOf(folded, wanted)
    .sort((a, b) => a[0] - b[0] || compareNames(a[1], b[1]))
    .map(([, commune]) => ({ commune }));
  return [...zones.slice(0, MOST_FOUND / 2), ...places].slice(0, MOST_FOUND);
}

function foundTexts(hit) {
  if ("zone" in hit) return [zoneName(data.zones[hit.zone]), word("zone")];
  return [fullName(hit.commune), communes.code[hit.commune]];
}

function renderFound() {
  const list = byId("found");
  const box = byId("search");
  const pasted = box.value.match(/#(?:zone|measure)=.*$/);
  if (pasted) {
    box.value = "";
    closeFound();
    update(readLink(pasted[0]));
    return;
  }
  const asked = box.value.trim() !== "";
  found = findAll(box.value);
  at = found.length ? 0 : -1;
  list.replaceChildren(
    ...found.map((hit, index) => {
      const [name, about] = foundTexts(hit);
      return element(
        "li",
        {
          role: "option",
          id: "found-" + index,
          onmousedown: (event) => {
            event.preventDefault();
            choose(hit);
          },
        },
        element("span", { class: "name" }, name),
        element("span", { class: "code" }, about),
      );
    }),
  );
  if (asked && !found.length)
    list.append(
      element("li", { class: "help", role: "option", "aria-disabled": "true" }, word("searchNone")),
    );
  list.hidden = !asked;
  box.setAttribute("aria-expanded", String(asked));
  if (asked) say(found.length ? word("searchCount", { n: found.length }) : word("searchNone"));
  markFound();
}

function markFound() {
  const box = byId("search");
  [...byId("found").children].forEach((item, index) =>
    item.setAttribute("aria-selected", String(index === at)),
  );
  if (at >= 0) box.setAttribute("aria-activedescendant", "found-" + at);
  else box.removeAttribute("aria-activedescendant");
}

function choose(hit) {
  closeFound();
  byId("search").value = "";
  update(hit);
  if ("zone" in hit) return;
  const { commune } = hit;
  if (onPhone()) byId("card").scrollIntoView({ block: "nearest" });
  if (shapes[commune] && !map.getBounds().contains(L.latLngBounds(shapes[commune].flat())))
    zoomTo(commune);
}

function closeFound() {
  byId("found").hidden = true;
  byId("search").setAttribute("aria-expanded", "false");
}

function searchKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (found.length)
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
    markFound();
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    choose(found[at]);
  } else if (event.key === "Escape") {
    closeFound();
  }
}
