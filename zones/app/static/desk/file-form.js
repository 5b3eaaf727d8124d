// A file that was looked at: what it is, its first rows and place, and what its columns hold.
import { both, day, kindName, number, say, typedDay } from "./words.js";
import { button, dayInput, element, field, keepForm, table } from "./dom.js";

const KINDS = { polygons: ["communes", "forest_status", "crop_plots", "land_use"], table: ["report", "reconciled"], raster: ["raster"] };

export function fileForm({ desk, looked, state, again, put, cancel, place, list }) {
  const mine = state.parts.find((part) => part.name === looked.entry && part.kind === looked.kind); // What the project says of it already
  const isSame = (part) => part === mine;
  const columns = Object.fromEntries(looked.fields.filter((item) => item.column !== null).map((item) => [item.field, item.column])); // "" is none
  // A similar name is proposed once: in a file of the project a name that is not matched stays its own.
  const crops = Object.fromEntries(looked.crops.map((row) => [row.text, mine ? (mine.crops[row.text] ?? row.crop) : row.crop || row.near]));
  const classes = { ...mine?.classes };
  const communes = { ...mine?.communes };
  const inputs = {};
  const selects = {};
  const kept = ["file", looked.path, looked.layer ?? "", looked.sheet ?? "", looked.kind, looked.entry].join(":");
  let map = null;

  const send = () =>
    put(kept, {
      path: looked.path,
      kind: looked.kind,
      name: looked.kind === "communes" ? "" : inputs.place.value || inputs.name.value.trim(),
      new: looked.kind !== "communes" && !inputs.place.value,
      date: looked.kind === "communes" ? null : typedDay(inputs.date.value),
      source: looked.kind === "communes" ? "" : inputs.source.value.trim(),
      // What the form does not show is not sent: the project goes on saying what it says of it.
      layer: looked.layers?.length > 1 ? looked.layer : undefined,
      sheet: looked.sheets?.length > 1 ? looked.sheet : undefined,
      decimal: shownValue(inputs.decimal),
      crs: shownValue(inputs.crs),
      code_table: shownValue(inputs.codes),
      columns: looked.fields.length ? columns : undefined,
      crops: Object.fromEntries(looked.crops.filter((row) => crops[row.text] !== row.crop || row.text in (mine?.crops ?? {})).map((row) => [row.text, crops[row.text]])),
      classes: looked.kind === "raster" ? classes : undefined,
      communes: looked.doubts?.length ? communes : undefined,
    });
  const shownValue = (input) => (input ? input.value || null : undefined);

  const kind = element("select", { id: "file-kind", "data-leads": "", onchange: (event) => again({ path: looked.path, layer: looked.layer ?? null, sheet: looked.sheet ?? null, kind: event.target.value }) }, ...KINDS[looked.form].map((name) => element("option", { value: name, selected: name === looked.kind }, say("kind_" + name))));
  const node = element(
    "section",
    { class: "panel", id: "file-form" },
    element("h2", { class: "file-path" }, looked.path.split(/[\\/]/).at(-1)),
    facts(looked),
    ...(looked.notes ?? []).map((note) => element("p", { class: "help" }, both(note))),
    ...(looked.warnings ?? []).map((warning) => element("p", { class: "warning table-warning" }, both(warning))),
    looked.wide ? listMaker() : "",
    element("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); if (asksTwice()) askTwice(); else send(); } }, field(say("whatIsIt"), kind), sheetField(), about(), matching(), codeTables(), cropsTable(), communesTable(), classTable(), element("div", { id: "second-layer", role: "status" }), element("div", { class: "row" }, element("button", { type: "submit", class: "main-button", id: "put" }, say("putInProject")), button("cancel", () => cancel(kept)))),
    looked.first.length ? element("h3", {}, say("firstRows")) : "",
    looked.first.length ? table(looked.columns, looked.first.map((row) => element("tr", {}, ...row.map((text) => element("td", { class: "text" }, text)))), { label: say("firstRows"), class: "text-table" }) : "",
    looked.place || looked.choices?.length ? element("div", { id: "file-map", class: "file-map", role: "region", "aria-label": say("placeOfFile") }) : "",
  );

  // A table with a column for each crop becomes a list in a file of its own.
  function listMaker() {
    const year = element("input", { type: "text", id: "wide-year", inputmode: "numeric", pattern: "(19|20)[0-9]{2}", autocomplete: "off", "data-expected": "yearExpected", value: looked.wide.year ?? "" });
    const make = (event) => { event.preventDefault(); list({ path: looked.path, sheet: looked.sheets?.length > 1 ? looked.sheet : null, year: year.value ? Number(year.value) : null }); };
    return element("form", { class: "stack panel", id: "make-list", onsubmit: make }, field(say("wideYear"), year, say("wideYearHelp")), element("button", { type: "submit", class: "main-button", id: "make-list-button" }, say("makeList")));
  }

  function about() {
    if (looked.kind === "communes") {
      const there = state.parts.find((part) => part.kind === "communes");
      const told = !there?.path || isSame(there) ? null : element("p", { class: "help", id: "replaces" }, say(there.there ? "replacesFile" : "fillsPlace", { path: there.path }));
      return element("div", { class: "stack" }, told, crsField());
    }
    const stem = looked.path.split(/[\\/]/).at(-1).replace(/\.[^.]+$/, "");
    inputs.name = element("input", { type: "text", value: stem, id: "layer-name" });
    inputs.date = dayInput({ id: "layer-date", required: true, value: mine?.there && mine.date ? day(mine.date) : "" });
    inputs.source = element("input", { type: "text", id: "layer-source", value: mine?.source ?? "" });
    const name = field(say("layerName"), inputs.name);
    inputs.place = placeField(name);
    return element("div", { class: "editor-grid" }, sameKind().length ? field(say("layerPlace"), inputs.place) : null, name, field(say("layerDate") + " *", inputs.date), field(say("layerSource"), inputs.source), crsField(), looked.form === "table" ? decimalField() : null);
  }

  function sameKind() {
    return state.parts.filter((part) => part.kind === looked.kind);
  }

  // Where the file goes: the place that lists it, else one of its kind that lacks its file, else a new one.
  function placeField(name) {
    const parts = sameKind();
    const first = parts.find(isSame) ?? parts.find((part) => !part.there);
    const words = (part) => say(isSame(part) ? "placeOfIt" : part.there ? "placeTaken" : "placeLacking", { name: part.name, path: part.path, day: day(part.date) });
    const show = () => { name.hidden = Boolean(select.value); forgetQuestion(); };
    const select = element("select", { id: "layer-place", onchange: show }, ...parts.map((part) => element("option", { value: part.name, selected: part === first }, words(part))), element("option", { value: "", selected: !first }, say("placeNew")));
    name.hidden = Boolean(first);
    return select;
  }

  const yearOf = (text) => String(text ?? "").slice(0, 4);
  const twin = () => sameKind().find((part) => part.there && yearOf(part.date) === yearOf(typedDay(inputs.date.value)));
  const asksTwice = () => looked.kind !== "communes" && !inputs.place.value && Boolean(twin());
  const forgetQuestion = () => document.getElementById("second-layer")?.replaceChildren();

  // A second layer of the same kind and year is seldom meant: what stands there is named first.
  function askTwice() {
    const part = twin();
    const replace = () => { inputs.place.value = part.name; inputs.place.dispatchEvent(new Event("change")); send(); };
    document.getElementById("second-layer").replaceChildren(
      element(
        "div",
        { class: "warning", id: "twin" },
        element("p", {}, say("twinThere", { kind: kindName(part.kind), name: part.name, path: part.path, day: day(part.date) })),
        element("div", { class: "row" }, button("replaceTwin", replace, { class: "main-button", id: "replace-twin" }), button("addTwin", send, { id: "add-twin" }), button("cancel", forgetQuestion)),
      ),
    );
    document.getElementById("replace-twin").focus();
  }

  function sheetField() {
    if (!(looked.sheets?.length > 1)) return null;
    const options = looked.sheets.map((name) => element("option", { value: name, selected: name === looked.sheet }, name));
    return field(say("sheetOfFile"), element("select", { id: "file-sheet", "data-leads": "", onchange: (event) => again({ path: looked.path, sheet: event.target.value, kind: looked.kind }) }, ...options));
  }

  // Hectares that can be read in two ways are not written down before somebody said which.
  function decimalField() {
    const two = looked.two_readings;
    const read = (mark, value) => element("option", { value: mark, selected: mark === mine?.decimal }, say(mark === "," ? "decimalComma" : "decimalPoint") + (two ? `: “${two[0]}” = ${number(value, (String(value).split(".")[1] ?? "").length)} ha` : ""));
    inputs.decimal = element("select", { id: "layer-decimal", required: Boolean(two) }, element("option", { value: "" }, two ? "…" : say("decimalFound")), read(",", two?.[1]), read(".", two?.[2]));
    return field(say("decimalMark") + (two ? " *" : ""), inputs.decimal, two ? say("decimalAsked") : "");
  }

  // Asked where the file has no CRS, one that nobody can read or that has no place on Earth, or where the project names another.
  function crsField() {
    if (!looked.choices?.length) return null;
    const options = looked.choices.map(({ crs, name }) => element("option", { value: crs, selected: crs === looked.named_crs }, `${name} (${crs})`));
    const none = looked.lacking ? "…" : say("crsOwn", { crs: looked.crs });
    inputs.crs = element("select", { id: "layer-crs", required: looked.lacking, onchange: tryPlace }, element("option", { value: "" }, none), ...options);
    const why = looked.lacking ? (looked.crs ? "crsNoPlace" : "crsMissing") : "crsNamed";
    return field(say("crsChoose") + (looked.lacking ? " *" : ""), inputs.crs, say(why, { crs: looked.crs }));
  }

  function matching() {
    if (!looked.fields.length) return looked.kind === "forest_status" ? element("p", { class: "help" }, say("forestMatched")) : null;
    const rows = looked.fields.map((item) => {
      const label = item.label ? both(item.label) : say("column_" + item.field);
      const star = element("span", {});
      const select = element(
        "select",
        { "data-field": item.field, "data-focus": "field-" + item.field, "aria-label": label, onchange: (event) => choose(item, event.target.value) },
        element("option", { value: "" }, item.needed ? say("chooseColumn") : say("noColumn")),
        ...looked.columns.map((name) => element("option", { value: name, selected: name === columns[item.field] }, name)),
      );
      selects[item.field] = { select, star };
      return element("tr", {}, element("th", { scope: "row" }, label, star), element("td", {}, select), element("td", { class: "text help" }, both(item.reason)));
    });
    showNeeded();
    return element("div", {}, element("h3", {}, say("columnsTitle")), element("table", { class: "matching" }, element("tbody", {}, ...rows)));
  }

  // What the form asks further depends on these: the table of types, the crops, the decimal mark.
  const leading = ["ldlr", "maldlr", "crop", "year", "area_ha", ...(looked.tables?.open ? ["dtich"] : [])];

  function choose(item, column) {
    columns[item.field] = column;
    showNeeded();
    if (leading.includes(item.field)) again({ path: looked.path, layer: looked.layer, sheet: looked.sheet, kind: looked.kind, name: looked.entry, crs: inputs.crs?.value, columns });
  }

  // Of two columns that tell the commune one is enough.
  function showNeeded() {
    for (const item of looked.fields) {
      const { select, star } = selects[item.field];
      select.required = item.either ? !columns[item.either] && item.needed : item.needed;
      if (item.either && !columns[item.either] && !columns[item.field]) select.required = true;
      star.textContent = select.required ? " *" : "";
    }
  }

  // Which table of types the codes are of: chosen by hand where they fit several.
  function codeTables() {
    const { tables } = looked;
    if (!tables) return null;
    const options = tables.choices.map((one) => element("option", { value: one.table, selected: one.table === mine?.code_table }, say("codeTable", { table: one.table, name: both(one.name), n: number(one.fits), of: number(tables.plots) })));
    const none = tables.open ? "…" : say("codeTableFound", { table: tables.detected });
    inputs.codes = element("select", { id: "layer-codes", required: Boolean(tables.open) }, element("option", { value: "" }, none), ...options);
    return field(say("codeTables") + (tables.open ? " *" : ""), inputs.codes, tables.open ? both(tables.open) : "");
  }

  function cropsTable() {
    if (!looked.crops.length) return null;
    const rows = looked.crops.map((row) => {
      const select = element(
        "select",
        { name: "crop:" + row.text, "aria-label": row.text, onchange: (event) => (crops[row.text] = event.target.value) },
        element("option", { value: "" }, say("ownName")),
        ...Object.entries(state.crops).map(([crop, name]) => element("option", { value: crop, selected: crop === crops[row.text] }, both(name))),
      );
      const named = row.text in (mine?.crops ?? {});
      const sure = named ? say("cropSaid") : row.crop ? say("cropKnown") : row.near ? say("cropNear", { crop: both(state.crops[row.near]) }) : say("cropUnknown");
      return element("tr", { class: row.crop || named ? "" : "unsure" }, element("th", { scope: "row" }, row.text), element("td", {}, number(row.count)), element("td", {}, select), element("td", { class: "text help" }, sure));
    });
    return element("div", {}, element("h3", {}, say("cropsTitle")), element("table", { class: "matching" }, element("tbody", {}, ...rows)));
  }

  // Names that no commune bears as they stand: a similar one is put first, and chosen by hand.
  function communesTable() {
    if (!looked.doubts?.length) return null;
    const rows = looked.doubts.map((row) => {
      const near = looked.units.find((unit) => unit.code === row.near);
      const option = (unit) => element("option", { value: unit.code, selected: unit.code === communes[row.text] }, unit.name);
      const select = element(
        "select",
        { name: "commune:" + row.text, "aria-label": row.text, onchange: (event) => (communes[row.text] = event.target.value) },
        element("option", { value: "" }, say("communeAside")),
        near ? option(near) : null,
        ...looked.units.filter((unit) => unit !== near).map(option),
      );
      const named = row.text in (mine?.communes ?? {});
      const sure = named ? say("cropSaid") : near ? say("cropNear", { crop: near.name }) : say("cropUnknown");
      return element("tr", { class: named ? "" : "unsure" }, element("th", { scope: "row" }, row.text), element("td", {}, number(row.count)), element("td", {}, select), element("td", { class: "text help" }, sure));
    });
    return element("div", {}, element("h3", {}, say("doubtsTitle")), element("p", { class: "help" }, say("doubtsHelp")), element("table", { class: "matching", id: "commune-doubts" }, element("tbody", {}, ...rows)));
  }

  function classTable() {
    if (looked.kind !== "raster") return null;
    const rows = looked.classes.map((value) => element("tr", {}, element("th", { scope: "row" }, String(value)), element("td", {}, element("input", { type: "text", name: "class:" + value, value: classes[value] ?? "", "aria-label": say("classOf", { value }), onchange: (event) => (classes[value] = event.target.value.trim()) }))));
    return element("div", {}, element("h3", {}, say("classesTitle")), element("table", { class: "matching" }, element("tbody", {}, ...rows)));
  }

  // Shows where the file would lie before its CRS is written down.
  async function tryPlace() {
    close();
    const turn = tries;
    looked.place = null;
    if (!inputs.crs.value && looked.lacking) return;
    const found = await place({ path: looked.path, layer: looked.layer, kind: looked.kind, name: looked.entry, crs: inputs.crs.value });
    if (turn !== tries) return; // Another one was tried since, or the form is gone
    looked.place = found;
    shown();
  }

  let filled = false;
  let tries = 0;

  function shown() {
    if (!filled) {
      filled = true;
      keepForm(desk, kept, node.querySelector("form")); // A CRS that was chosen before is tried as it is put in
      if (!tries && inputs.crs?.value && !looked.place) tryPlace();
    }
    if (!looked.place) return;
    close();
    map = L.map("file-map", { attributionControl: false, zoomControl: false, renderer: L.svg() });
    const shape = L.featureGroup(looked.place.map((ring) => L.polygon(ring, { color: "#0b6b57", weight: 1.5 }))).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    if (looked.place.length) map.fitBounds(shape.getBounds(), { padding: [20, 20], animate: false });
    else map.setView([16, 107], 5);
  }

  function close() {
    tries += 1;
    map?.remove();
    map = null;
  }

  return { node, shown, close };
}

function facts(looked) {
  const rows = [
    ["layer", looked.layer],
    ["driver", looked.driver],
    ["crs", looked.crs ?? (looked.form === "polygons" || looked.form === "raster" ? say("none") : null)],
    ["encoding", looked.encoding],
    ["records", looked.count === undefined ? null : number(looked.count)],
    ["cells", looked.size ? looked.size.map((side) => number(side)).join(" × ") : null],
  ].filter(([, value]) => value);
  return element("dl", { class: "facts" }, ...rows.map(([key, value]) => element("div", {}, element("dt", {}, say("fact_" + key)), element("dd", {}, value))));
}
