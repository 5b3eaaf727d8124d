// The table: the same figures as the map, for every measure of the zone at once.
const FIRST_ROWS = 100;
let rowsShown = FIRST_ROWS;
const rowOf = new Map();

const columnsNow = () => MEASURE_ORDER.filter((measure) => data.measures.includes(measure));

// Places in the order of names, found once: comparing Vietnamese names takes its time.
let namePlaces = null;
function compareNames(a, b) {
  if (!namePlaces) {
    const collator = new Intl.Collator("vi");
    const order = [...communes.code.keys()].sort(
      (i, j) =>
        collator.compare(communeName(i), communeName(j)) ||
        (communes.code[i] < communes.code[j] ? -1 : 1),
    );
    namePlaces = new Uint32Array(communeCount);
    order.forEach((commune, place) => (namePlaces[commune] = place));
  }
  return namePlaces[a] - namePlaces[b];
}

function sortedCommunes() {
  const rows = [];
  for (let i = 0; i < communeCount; i += 1) {
    if (!state.onlyListed || !listTells() || isListed(i)) rows.push(i);
  }
  const sign = state.descending ? -1 : 1;
  const key = state.sort === "value" ? state.measure : state.sort;
  if (key === "name") return rows.sort((a, b) => sign * compareNames(a, b));
  if (key === "listed" && zoneNow())
    return rows.sort((a, b) => sign * (isListed(a) - isListed(b)) || compareNames(a, b));
  const values = valuesOf(key) || [];
  return rows.sort((a, b) => {
    const left = values[a] ?? null,
      right = values[b] ?? null;
    // No data comes last in either direction: it is neither small nor large.
    if (left === null || right === null)
      return (left === null) - (right === null) || compareNames(a, b);
    return sign * (left - right) || compareNames(a, b);
  });
}

function renderTable() {
  const columns = columnsNow();
  byId("only-listed-label").hidden = byId("table-help").hidden = !listTells();
  byId("table").tHead.replaceChildren(headRow(columns));
  const order = sortedCommunes();
  const shown = order.slice(0, rowsShown);
  if (state.commune >= 0 && !shown.includes(state.commune) && order.includes(state.commune))
    shown.unshift(state.commune);
  const arrays = columns.map((measure) => valuesOf(measure));
  rowOf.clear();
  const body = document.createDocumentFragment();
  for (const commune of shown) body.append(bodyRow(commune, columns, arrays));
  byId("table").tBodies[0].replaceChildren(body);
  byId("table").setAttribute("aria-rowcount", String(order.length + 1));
  renderMore(order.length, shown.length);
  markRow(state.commune, "chosen", true);
  showColumn();
}

// On a narrow screen the column of the measure may lie outside the box.
function showColumn() {
  if (MANY && !onPhone()) return;
  const box = byId("scroll");
  const head = box.querySelector("th.now");
  if (!head || box.scrollWidth <= box.clientWidth) return;
  const right = head.offsetLeft + head.offsetWidth;
  if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  else if (box.scrollLeft) box.scrollLeft = 0;
}

function renderMore(all, shown) {
  const more = byId("more");
  more.hidden = all <= shown;
  more.replaceChildren(
    word("shown", { m: plainNumber(shown, 0), n: plainNumber(all, 0) }) + " ",
    element(
      "button",
      {
        type: "button",
        class: "plain",
        onclick: () => {
          rowsShown = communeCount;
          renderTable();
        },
      },
      word("showAll", { n: plainNumber(all, 0) }),
    ),
  );
}

function headRow(columns) {
  const cells = [
    ["name", word("commune"), ""],
    ["listed", "●", word("listed")],
    ...columns.map((measure) => [measure, columnName(measure), word(measure + "Long")]),
  ];
  return element("tr", {}, ...cells.map(([key, label, title]) => headCell(key, label, title)));
}

function columnName(measure) {
  const zone = zoneNow();
  if (measure === "present" && toldChosen(zone))
    return word("toldShort " + tellerOf(zone), { year: toldYear(zone) });
  const year = YEARLY.has(measure) ? yearOf(measure) : "";
  return word(measure + "Short") + (year ? " " + year : "");
}

function headCell(key, label, title) {
  const active = key === (state.sort === "value" ? state.measure : state.sort);
  const direction = active ? (state.descending ? "descending" : "ascending") : "none";
  return element(
    "th",
    { scope: "col", "aria-sort": direction, class: key === state.measure ? "now" : "" },
    element(
      "button",
      {
        type: "button",
        title: word("sortBy", { name: title || label }),
        "data-focus": "sort-" + key,
        onclick: () => sortBy(key),
      },
      label,
      key === "listed" ? element("span", { class: "unseen" }, title) : null,
      element(
        "span",
        { class: "arrow", "aria-hidden": "true" },
        active ? (state.descending ? " ▼" : " ▲") : "",
      ),
    ),
  );
}

function sortBy(key) {
  const active = key === (state.sort === "value" ? state.measure : state.sort);
  const descending = active ? !state.descending : key !== "name";
  update({ sort: key === state.measure ? "value" : key, descending });
}

function bodyRow(commune, columns, arrays) {
  const listed = zoneNow() && isListed(commune);
  const row = element(
    "tr",
    {},
    element(
      "th",
      { scope: "row" },
      element(
        "button",
        {
          type: "button",
          class: "name",
          title: fullName(commune),
          "data-focus": "row-" + communes.code[commune],
          onclick: () => update({ commune }),
        },
        communeName(commune),
      ),
    ),
    element(
      "td",
      { class: "listed", "aria-label": word(listed ? "listedMark" : "notListed") },
      listed ? "●" : "",
    ),
  );
  columns.forEach((measure, index) => {
    const value = arrays[index] ? arrays[index][commune] : null;
    const cell = element(
      "td",
      { class: measure === state.measure ? "now" : "" },
      formatValue(measure, value),
    );
    if (value === null) cell.setAttribute("aria-label", word("noData"));
    row.append(cell);
  });
  row.addEventListener("mouseenter", () => hover(commune));
  row.addEventListener("mouseleave", () => hover(-1));
  rowOf.set(commune, row);
  return row;
}

function markRow(commune, mark, on) {
  const row = rowOf.get(commune);
  if (row) row.classList.toggle(mark, on);
}

function showRow(commune) {
  const row = rowOf.get(commune);
  const box = byId("scroll");
  if (!row) return;
  const top = row.offsetTop - box.clientHeight / 2;
  box.scrollTop = Math.max(top, 0);
}

// A cell that starts with one of these would be run as a formula by a spreadsheet.
function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text)) text = "'" + text;
  return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

const CSV_NAMES = {
  present: "present_ha",
  share: "share_ratio",
  held: "held_ratio",
  planned: "planned_ha",
  gap: "gap_ha",
  cover: "cover_percent",
  available: "available_ha",
};

const TOLD_NAMES = { layer: "measured_ha", report: "reported_ha", reconciled: "reconciled_ha" };

// Of forest cover and of other years' areas the year stands in the name: all else is of today.
function csvName(measure) {
  const zone = zoneNow();
  if (measure === "present" && otherTold(zone))
    return TOLD_NAMES[tellerOf(zone)] + "_" + toldYear(zone);
  const year = measure === "cover" ? yearOf("cover") : "";
  return CSV_NAMES[measure] + (year ? "_" + year : "");
}

function csvText() {
  const columns = columnsNow();
  const head = [
    "zone",
    "commune_code",
    "commune",
    "kind",
    "listed",
    ...columns.map(csvName),
  ];
  const year = yearOf("planned");
  if (year) head.splice(5, 0, "year");
  const limits = zoneNow() ? zoneNow().limits : null;
  if (limits) head.push("binding");
  const told = zoneNow() ? zoneNow().interval : null;
  if (told) head.push("low_interval_ha", "high_interval_ha", "unsure");
  const lines = [head];
  for (const i of sortedCommunes()) {
    const values = columns.map((measure) => {
      const found = valuesOf(measure);
      return found ? found[i] : null;
    });
    const start = [
      zoneNow() ? zoneNow().id : "",
      communes.code[i],
      communeName(i),
      communes.kind[i],
      zoneNow() && isListed(i),
    ];
    const limit = limits ? [limits[i] === null ? "" : data.limits[limits[i]]] : [];
    const sure = told ? [told.low[i], told.high[i], told.unsure[i]] : [];
    lines.push([...start, ...(year ? [Number(year)] : []), ...values, ...limit, ...sure]);
  }
  return "\ufeff" + lines.map((line) => line.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

function download() {
  const address = URL.createObjectURL(new Blob([csvText()], { type: "text/csv;charset=utf-8" }));
  const name = ["vung-trong", zoneNow() ? zoneNow().id : "", state.year]
    .filter(Boolean)
    .join("-")
    .replace(/[^\w-]+/g, "_");
  const link = element("a", { href: address, download: name + ".csv" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
