// Search: names with or without accents, in any case, and codes.
const folded = communes.name.map((name, i) => fold(name) + " " + communes.code[i]);
let found = [];
let at = -1;

function findCommunes(text) {
  const wanted = fold(text.trim())
    .replace(/\s+/g, " ")
    .replace(/^(xa|phuong|dac khu|p\.|x\.) /, "");
  if (!wanted) return [];
  const hits = [];
  folded.forEach((name, i) => {
    const place = name.indexOf(wanted);
    if (place >= 0) hits.push([place === 0 ? 0 : name[place - 1] === " " ? 1 : 2, i]);
  });
  return hits
    .sort((a, b) => a[0] - b[0] || compareNames(a[1], b[1]))
    .slice(0, 8)
    .map((hit) => hit[1]);
}

function renderFound() {
  const list = byId("found");
  const box = byId("search");
  const asked = box.value.trim() !== "";
  found = findCommunes(box.value);
  at = found.length ? 0 : -1;
  list.replaceChildren(
    ...found.map((commune, index) =>
      element(
        "li",
        {
          role: "option",
          id: "found-" + index,
          onmousedown: (event) => {
            event.preventDefault();
            choose(commune);
          },
        },
        element("span", { class: "name" }, fullName(commune)),
        element("span", { class: "code" }, communes.code[commune]),
      ),
    ),
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

function choose(commune) {
  closeFound();
  byId("search").value = "";
  update({ commune });
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
