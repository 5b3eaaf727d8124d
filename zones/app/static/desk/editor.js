// The editor of one zone: its bounds, year, pace, importance, list and locks, and the plan's clause.
import { both, hectares, number, say, typedNumber } from "./words.js";
import { element, field } from "./dom.js";

export function zoneEditor({ item, settings, original, edits, change, page, years }) {
  const { zone } = item;
  const names = new Map(page.communes.code.map((code, place) => [code, page.communes.name[place]]));
  const numeric = (key, value, unit, decimals = 1) =>
    numberField({ label: say("field_" + key), key: `${key}.${zone}`, value, unit, decimals, before: original?.[key + "_ha"] ?? original?.[key], change });
  return element(
    "div",
    { class: "editor" },
    clauseOf(item),
    ...yearlyOf(item, settings, change),
    settings.several ? element("p", { class: "help" }, say("severalYears")) : null,
    element(
      "div",
      { class: "editor-grid" },
      numeric("low", settings.low_ha, "ha"),
      numeric("high", settings.high_ha, "ha"),
      yearField(zone, settings, years, change),
      numeric("pace", settings.pace, say("haPerYear")),
      numeric("importance", settings.importance, ""),
      listField(zone, settings, change),
    ),
    communesOf(zone, settings, names, change),
    locksOf(zone, settings, names, edits, change),
  );
}

function clauseOf(item) {
  if (!item.clauses.length) return element("p", { class: "clause" }, say("noClause"));
  const lines = item.clauses.map((one) => {
    const ends = one.low === one.high || one.high === null ? hectares(one.low) : one.low === null ? hectares(one.high) : `${hectares(one.low)}–${hectares(one.high)}`;
    const bound = say("bound_" + one.bound, { a: `${one.words.length ? one.words.join(" ") + " " : ""}${ends} ha` });
    const also = one.also.length ? " " + say("alsoIn", { clauses: one.also.join(", ") }) : "";
    return element("p", { class: "clause" }, element("b", {}, say("clause", { clause: one.clause })), " " + bound + (one.year ? " " + say("untilYear", { year: one.year }) : "") + (one.of ? ` (${both(one.of)})` : "") + also);
  });
  return element("div", {}, ...lines);
}

// Hectares a year that the plan names: shown beside the limit, which stays a person's choice.
function yearlyOf({ zone, yearly }, settings, change) {
  return yearly.map((one) => {
    const most = one.high ?? one.low;
    const told = say("yearlyNamed", { name: both(one.name), a: one.low === most || one.low === null ? hectares(most) : `${hectares(one.low)}–${hectares(most)}`, clause: one.clause });
    const use = settings.pace === most ? null : element("button", { type: "button", class: "link", "data-focus": "yearly-" + zone, "data-yearly": zone, onclick: () => change(`pace.${zone}=${most}`) }, say("useAsPace"));
    return element("p", { class: "clause" }, told, " ", use);
  });
}

function numberField({ label, key, value, unit, decimals, before, change }) {
  const shown = value === null || value === undefined ? "" : number(value, Number.isInteger(value) ? 0 : decimals);
  const input = element("input", {
    type: "text",
    inputmode: "decimal",
    value: shown,
    "data-key": key,
    "data-focus": key,
    autocomplete: "off",
    onchange: (event) => {
      const typed = event.target.value.trim();
      event.target.dataset.taken = event.target.value; // no longer being typed
      if (typed === shown) return;
      const figure = typedNumber(typed);
      event.target.setAttribute("aria-invalid", String(typed !== "" && figure === null));
      if (typed === "") change(key + "=");
      else if (figure !== null) change(figure === before ? key + "=" : `${key}=${figure}`);
    },
  });
  return field(unit ? `${label}, ${unit}` : label, input);
}

function yearField(zone, settings, years, change) {
  const choices = years.includes(settings.year) ? years : [settings.year, ...years];
  const select = element(
    "select",
    { "data-key": `year.${zone}`, "data-focus": `year.${zone}`, onchange: (event) => change(`year.${zone}=${event.target.value}`) },
    ...choices.map((year) => element("option", { value: String(year), selected: year === settings.year }, String(year))),
  );
  return field(say("field_year"), select);
}

function listField(zone, settings, change) {
  if (!settings.list) return element("p", { class: "help" }, say("listProvince"));
  const select = element(
    "select",
    { "data-key": `list.${zone}`, "data-focus": `list.${zone}`, onchange: (event) => change(`list.${zone}=${event.target.value}`) },
    ...["open", "closed"].map((kind) => element("option", { value: kind, selected: kind === settings.list }, say("list_" + kind))),
  );
  return field(say("field_list"), select);
}

function communePick(names, without, key, label, onpick) {
  const left = [...names].filter(([code]) => !without.includes(code)).sort((a, b) => a[1].localeCompare(b[1], "vi"));
  return element(
    "select",
    { class: "add", "aria-label": label, "data-focus": key, onchange: (event) => event.target.value && onpick(event.target.value) },
    element("option", { value: "" }, label),
    ...left.map(([code, name]) => element("option", { value: code }, name)),
  );
}

function communesOf(zone, settings, names, change) {
  if (!settings.list) return null;
  const chips = settings.listed.map((code) =>
    element(
      "li",
      { class: "commune-chip" },
      names.get(code) ?? code,
      element("button", { type: "button", class: "close small", "aria-label": say("takeOff", { commune: names.get(code) ?? code }), "data-focus": `off-${zone}-${code}`, onclick: () => change(`listed.${zone}.${code}=no`) }, "×"),
    ),
  );
  return element(
    "details",
    { class: "more-settings" },
    element("summary", {}, say("communesOfList", { n: settings.listed.length })),
    element("ul", { class: "commune-chips" }, ...chips),
    communePick(names, settings.listed, `add-${zone}`, say("addCommune"), (code) => change(`listed.${zone}.${code}=yes`)),
  );
}

function locksOf(zone, settings, names, edits, change) {
  const rows = settings.locks.map((one) =>
    element(
      "li",
      { class: "commune-chip" },
      `${names.get(one.commune_code) ?? one.commune_code}: ${say("value_" + one.lock)}${one.area_ha === null ? "" : ` ${hectares(one.area_ha)} ha`}`,
      edits.valueOf(`lock.${zone}.${one.commune_code}`) === null
        ? null
        : element("button", { type: "button", class: "close small", "aria-label": say("takeOff", { commune: names.get(one.commune_code) ?? "" }), onclick: () => change(`lock.${zone}.${one.commune_code}=`) }, "×"),
    ),
  );
  const area = element("input", { type: "text", inputmode: "decimal", class: "short", "aria-label": say("lockArea"), placeholder: "ha" });
  const kind = element("select", { "aria-label": say("lockKind") }, ...["must", "must_not"].map((name) => element("option", { value: name }, say("value_" + name))));
  const pick = communePick(names, [], `lock-${zone}`, say("lockCommune"), (code) => {
    const least = typedNumber(area.value);
    change(`lock.${zone}.${code}=${kind.value}${kind.value === "must" && least !== null ? ":" + least : ""}`);
  });
  return element(
    "details",
    { class: "more-settings" },
    element("summary", {}, say("locks", { n: settings.locks.length })),
    element("ul", { class: "commune-chips" }, ...rows),
    element("div", { class: "row" }, kind, area, pick),
  );
}
