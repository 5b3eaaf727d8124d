// The card of one commune: every zone present, listed or planned there.
function renderCard() {
  const commune = state.commune;
  const card = byId("card");
  card.classList.toggle("empty", commune < 0);
  if (commune < 0) {
    card.replaceChildren(element("p", { class: "help", id: "card-title" }, word("cardEmpty")));
    return;
  }
  card.replaceChildren(
    cardHead(commune),
    cardFacts(commune),
    cardZones(commune),
    ...cardWarnings(commune),
  );
}

function cardHead(commune) {
  return element(
    "div",
    { class: "row" },
    element(
      "h2",
      { id: "card-title", class: "name" },
      fullName(commune),
      element("span", { class: "code" }, communes.code[commune]),
    ),
    hasShape(commune)
      ? element(
          "button",
          { type: "button", class: "plain", id: "zoom-to", onclick: () => zoomTo(commune) },
          word("zoomTo"),
        )
      : null,
    element(
      "button",
      {
        type: "button",
        class: "plain",
        id: "copy",
        title: ON_DISK ? word("copyViewHelp") : "",
        onclick: copyLink,
      },
      word(ON_DISK ? "copyView" : "copyLink"),
    ),
    element(
      "button",
      {
        type: "button",
        class: "close",
        id: "close",
        "aria-label": word("close"),
        onclick: () => update({ commune: -1 }),
      },
      "×",
    ),
  );
}

function fact(label, text) {
  return element("div", {}, element("dt", {}, label), element("dd", {}, text));
}

function cardFacts(commune) {
  const facts = [fact(word("officialArea"), withUnit("present", communes.area[commune]))];
  if (data.cover) {
    facts.push(fact(word("coverLong"), withUnit("cover", data.cover.cover_percent[commune])));
    for (const [key, column] of [
      ["naturalForest", "natural_forest_ha"],
      ["plantedForest", "planted_forest_ha"],
      ["notYetForest", "not_yet_forest_ha"],
    ]) {
      facts.push(fact(word(key), withUnit("present", data.cover[column][commune])));
    }
  }
  return element("dl", {}, ...facts);
}

function cardZones(commune) {
  const measures = ["present", "held", "planned", "gap", "available"].filter((measure) =>
    data.measures.includes(measure),
  );
  const rows = [];
  data.zones.forEach((zone, index) => {
    const values = measures.map((measure) => {
      const found = zone.values[measure];
      return found ? found[commune] : null;
    });
    const listed = isListed(commune, index) && listTells(zone);
    const limit = limitOf(commune, zone);
    const interval = intervalLine(commune, zone);
    if (!listed && !(values[0] > 0) && !(values[measures.indexOf("planned")] > 0)) return;
    rows.push(
      element(
        "tr",
        { class: index === state.zone ? "now" : "", "data-zone": zone.id },
        element(
          "th",
          { scope: "row" },
          element(
            "button",
            {
              type: "button",
              class: "name",
              "data-focus": "card-" + zone.id,
              onclick: () => update({ zone: index }),
            },
            zoneName(zone),
          ),
          listed ? element("span", { class: "dot", title: word("listedMark") }, " ●") : null,
          limit ? element("small", { class: "limit" }, word("limit") + ": " + limit) : null,
          interval ? element("small", { class: "limit" }, interval) : null,
        ),
        ...values.map((value, column) =>
          element("td", { "data-measure": measures[column] }, formatValue(measures[column], value)),
        ),
      ),
    );
  });
  if (!rows.length) return element("p", { class: "help" }, word("nothingHere"));
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, word("zone")),
    ...measures.map((measure) =>
      element("th", { scope: "col", title: word(measure + "Long") }, word(measure + "Short")),
    ),
  );
  return element(
    "div",
    { class: "card-scroll" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)),
  );
}

function cardWarnings(commune) {
  const texts = data.warnings
    .filter(([row]) => row === commune)
    .map(([, vi, en]) => (state.language === "vi" ? vi : en));
  if (!hasShape(commune)) texts.push(word("noBoundary"));
  if (!texts.length) return [];
  return [
    element(
      "div",
      { class: "warnings" },
      element("h3", {}, word("warnings")),
      element("ul", {}, ...texts.map((text) => element("li", {}, text))),
    ),
  ];
}

// The address of a file on this disk opens nowhere else: the view's settings do, in any copy.
const ON_DISK = location.protocol === "file:";

function copyLink() {
  const address = ON_DISK ? location.hash : location.href;
  const done = () => say(word(ON_DISK ? "copiedView" : "copied"));
  if (navigator.clipboard && window.isSecureContext)
    navigator.clipboard.writeText(address).then(done, () => {});
  else {
    const box = element("textarea", { class: "unseen" });
    box.value = address;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    done();
  }
}

function say(text) {
  byId("spoken").textContent = text;
}
