// Print: one A4 page with the map, its legend and the table's first rows in columns.
const PRINT_ROWS = 66;
let before = null;

function printTable() {
  const measure = state.measure;
  const values = valuesOf(measure);
  const order = sortedCommunes();
  const rows = order
    .slice(0, PRINT_ROWS)
    .map((commune) =>
      element(
        "li",
        {},
        element(
          "span",
          { class: "name" },
          (marksShown() && isListed(commune) ? "● " : "") + communeName(commune),
        ),
        element("span", { class: "figure" }, formatValue(measure, values ? values[commune] : null)),
      ),
    );
  const parts = [element("ol", {}, ...rows)];
  if (order.length > PRINT_ROWS)
    parts.push(
      element("p", {}, word("printMore", { m: PRINT_ROWS, n: plainNumber(order.length, 0) })),
    );
  byId("print-table").replaceChildren(...parts);
}

function startPrint() {
  if (before) return;
  before = { centre: map.getCenter(), zoom: map.getZoom() };
  printTable();
  document.documentElement.classList.add("printing");
  map.invalidateSize({ animate: false });
  fitAll();
  placeNames();
}

function endPrint() {
  if (!before) return;
  document.documentElement.classList.remove("printing");
  map.invalidateSize({ animate: false });
  map.setView(before.centre, before.zoom, { animate: false });
  placeNames();
  before = null;
}
