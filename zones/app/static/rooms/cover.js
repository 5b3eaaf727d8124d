// Cover: the path of the forest cover rate with its band, levers as sliders, the answer in words.
import { both, hectares, number, say } from "../desk/words.js";
import { button, cells, element, keepingFocus, panel, table } from "../desk/dom.js";
import { pathChart } from "../desk/path-chart.js";

const SHARES = new Set(["survival", "bare_share"]);

let desk = null;
let box = null;
let found = null;
let moved = new Map(); // Lever: its value
let asking = false;

export async function open(node, theDesk) {
  [box, desk] = [node, theDesk];
  moved = new Map(desk.kept("levers", []));
  found = await desk.read("cover", "forecast", { changes: lines() });
  render();
}

export const speak = () => render();

const lines = () => [...moved].map(([key, value]) => `${key}=${value}`);
const shownValue = (key, value) => (SHARES.has(key) ? number(100 * value, 0) : hectares(value, 0));

// Asks until what is shown is the forecast of the levers as they stand.
async function forecast() {
  desk.keep("levers", [...moved]);
  if (asking) return;
  asking = true;
  let asked;
  try {
    do {
      asked = lines();
      const answer = await desk.read("cover", "forecast", { changes: asked });
      if (desk.room !== "cover") return;
      found = answer;
      render();
    } while (asked.join() !== lines().join());
  } catch (error) {
    desk.fault(error);
  } finally {
    asking = false;
  }
}

// Writes the levers into the project, whose own they are from then on.
async function save() {
  try {
    const answer = await desk.ask("cover", "save", { changes: lines() });
    moved.clear();
    desk.keep("levers", []);
    found = answer;
    if (desk.room === "cover") render();
  } catch (error) {
    desk.fault(error);
  }
}

function render() {
  const unsaved = JSON.stringify(desk.kept("edits", found.changes)) !== JSON.stringify(found.changes);
  keepingFocus(() =>
    box.replaceChildren(
      element(
        "main",
        { class: "plain-room wide" },
        element("h1", {}, say("room_cover")),
        element("p", { class: "lead" }, say("coverLead")),
        unsaved ? element("p", { class: "warning" }, say("unsavedEdits")) : null,
        element("div", { class: "cover-columns" }, element("div", { class: "stack" }, chart(), words("coverMoved", found.moved, "moved-cover")), element("div", { class: "stack" }, levers())),
        element("div", { class: "stack" }, words("coverAnswer", found.answer), years(), words("coverFindings", found.findings), words("coverAssumptions", found.assumptions)),
      ),
    ),
  );
}

function words(title, said, id) {
  if (!said.length) return null;
  return element("section", { class: "panel", ...(id ? { id } : {}) }, element("h2", {}, say(title)), element("ul", { class: "said" }, ...said.map((phrase) => element("li", {}, both(phrase)))));
}

function chart() {
  const marks = [["rate", "coverRate"], ["with", "coverWith"], ...(found.before.length ? [["before", "coverBefore"]] : []), ["target", "coverTarget"]];
  return element(
    "figure",
    { class: "panel rate-figure" },
    pathChart({ path: found.path, published: found.withForest, before: found.before, targets: found.targets, label: `${say("coverChart")}. ${both(found.answer[0])}`, decimals: found.rateDecimals }),
    element("figcaption", { class: "rate-key" }, ...marks.map(([name, key]) => element("span", {}, element("i", { class: "chart-mark " + name, "aria-hidden": "true" }), say(key)))),
  );
}

function levers() {
  const command = lines().map((line) => `--what-if ${line}`).join(" ");
  return element(
    "section",
    { class: "panel", id: "levers" },
    element("h2", {}, say("coverLevers")),
    ...found.levers.map(lever),
    element(
      "div",
      { class: "row" },
      button("coverReset", () => { moved.clear(); render(); forecast(); }, { disabled: !moved.size, id: "levers-reset", "data-focus": "levers-reset" }),
      button("coverSave", save, { disabled: !moved.size || found.scenario || Boolean(desk.hello.readOnly), id: "levers-save", "data-focus": "levers-save" }),
    ),
    found.scenario ? element("p", { class: "help" }, say("coverOfProject")) : null,
    moved.size ? element("p", { class: "help code" }, say("coverSame", { line: `zones trajectory ${command}` })) : null,
  );
}

function lever(item) {
  const value = moved.get(item.key) ?? item.value;
  const shown = element("output", { class: moved.has(item.key) ? "lever-value edited" : "lever-value" }, shownValue(item.key, value));
  const slider = element("input", {
    type: "range",
    min: String(item.least),
    max: String(item.most),
    step: String(item.step),
    "data-lever": item.key,
    "data-focus": "lever-" + item.key,
    "aria-valuetext": shownValue(item.key, value),
    oninput: (event) => {
      shown.textContent = shownValue(item.key, Number(event.target.value));
      event.target.setAttribute("aria-valuetext", shown.textContent);
    },
    onchange: (event) => {
      const chosen = Number(event.target.value);
      if (Math.abs(chosen - item.value) < item.step / 2) moved.delete(item.key);
      else moved.set(item.key, chosen);
      forecast();
    },
  });
  slider.value = String(value);
  return element("label", { class: "lever" }, element("span", { class: "field-name" }, say("lever_" + item.key)), slider, shown);
}

function years() {
  const names = Object.keys(found.heads).filter((name) => name !== "year" && name !== "band");
  const rows = found.years.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, String(row.year)),
      ...cells(...names.map((name) => number(row[name], name === "cover_percent" ? found.rateDecimals : found.decimals)), `${number(row.low_percent, found.rateDecimals)}–${number(row.high_percent, found.rateDecimals)}`),
    ),
  );
  const heads = ["year", ...names, "band"].map((name) => both(found.heads[name]));
  return panel(say("coverYears"), table(heads, rows, { label: say("coverYears"), class: "figures-table" }));
}
