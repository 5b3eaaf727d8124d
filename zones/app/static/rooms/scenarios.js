// Scenarios: name, save, duplicate; two side by side; the reason of one commune.
import { both, hectares, number, say } from "../desk/words.js";
import { button, element, field, keepForm, keepingFocus, table } from "../desk/dom.js";
import { choropleth, colourOf } from "../desk/choropleth.js";

const PLAN = "plan";
const NOW = "now";

let desk = null;
let box = null;
let found = null;
let compared = null;
let pair = [PLAN, NOW];
let zone = "";
let reason = null;
let doomed = ""; // File of a scenario that is asked about before it is deleted

export async function open(node, theDesk) {
  [box, desk] = [node, theDesk];
  found = await desk.read("scenarios", "listed");
  zone = found.zones.some((item) => item.zone === zone) ? zone : (found.zones[0]?.zone ?? "");
  pair = [PLAN, changesNow().length || !found.scenarios.length ? NOW : found.scenarios[0].file];
  compared = reason = null;
  doomed = "";
  render();
  await compare();
}

export const speak = () => render();

const changesNow = () => desk.kept("edits", found.changes);

function changesOf(key) {
  if (key === PLAN) return [];
  if (key === NOW) return changesNow();
  return found.scenarios.find((item) => item.file === key)?.changes ?? [];
}

const nameOf = (key) => (key === PLAN ? say("thePlan") : key === NOW ? say("editsNow") : (found.scenarios.find((item) => item.file === key)?.name ?? key));

async function compare() {
  try {
    const asked = { first: changesOf(pair[0]), second: changesOf(pair[1]) };
    compared = await desk.read("scenarios", "compare", asked);
    const moved = compared.moved.find((row) => found.zones.some((item) => item.zone === row.zone));
    if (moved && !compared.moved.some((row) => row.zone === zone)) zone = moved.zone;
    reason = null;
    if (desk.room === "scenarios") render();
  } catch (error) {
    desk.fault(error);
  }
}

function render() {
  box.replaceChildren(
    element(
      "main",
      { class: "plain-room wide" },
      element("h1", {}, say("room_scenarios")),
      element("div", { class: "panels" }, saveForm(), list()),
      compared ? comparison() : element("p", { class: "help" }, say("working")),
    ),
  );
}

function saveForm() {
  const name = element("input", { type: "text", id: "scenario-name", maxlength: "80", autocomplete: "off" });
  const from = element("select", { id: "scenario-from" }, ...[NOW, ...found.scenarios.map((item) => item.file)].map((key) => element("option", { value: key }, `${nameOf(key)} (${changesOf(key).length})`)));
  return element(
    "section",
    { class: "panel" },
    element("h2", {}, say("newScenario")),
    element("p", { class: "help" }, say("scenarioHelp")),
    keepForm(desk, "scenario", element(
      "form",
      { class: "stack", onsubmit: (event) => { event.preventDefault(); save(name.value, from.value); } },
      field(say("scenarioName"), name),
      field(say("scenarioFrom"), from),
      element("button", { type: "submit", class: "main-button", id: "scenario-save", disabled: Boolean(desk.hello.readOnly) }, say("saveScenario")),
    )),
  );
}

async function save(name, from) {
  try {
    const answer = await desk.ask("scenarios", "save", { name, changes: changesOf(from) });
    desk.forget("scenario");
    found.scenarios = answer.scenarios;
    pair = [PLAN, answer.file];
    await compare();
  } catch (error) {
    desk.fault(error);
  }
}

function list() {
  const rows = found.scenarios.map((item) =>
    element(
      "li",
      { class: "scenario" },
      element("span", {}, element("b", { class: "name" }, item.name), element("span", { class: "code" }, item.file)),
      element("ul", { class: "help said" }, ...item.said.map((said) => element("li", {}, both(said)))),
      element("div", { class: "row" }, button("tryIt", () => load(item)), button("compareIt", () => { pair = [PLAN, item.file]; compare(); }), ...removal(item)),
    ),
  );
  return element("section", { class: "panel" }, element("h2", {}, say("scenariosThere")), rows.length ? element("ul", { class: "scenario-list" }, ...rows) : element("p", { class: "help" }, say("noScenarios")));
}

// Asked twice: a file that is gone does not come back.
function removal(item) {
  if (desk.hello.readOnly) return [];
  const focus = { "data-focus": "remove-" + item.file };
  const ask = (file) => { doomed = file; keepingFocus(render); };
  if (doomed !== item.file) return [button("removeIt", () => ask(item.file), focus)];
  const sure = element("button", { type: "button", class: "plain less", onclick: () => remove(item.file), ...focus }, say("removeSure", { file: item.file }));
  return [sure, button("keepIt", () => ask(""))];
}

async function remove(file) {
  try {
    found.scenarios = (await desk.ask("scenarios", "remove", { file })).scenarios;
    doomed = "";
    if (pair.includes(file)) {
      pair = pair.map((key) => (key === file ? NOW : key));
      await compare();
    } else render();
  } catch (error) {
    desk.fault(error);
  }
}

function load(item) {
  desk.keep("edits", item.changes);
  desk.go("targets");
}

function chooser(side) {
  const keys = [PLAN, NOW, ...found.scenarios.map((item) => item.file)];
  return element(
    "select",
    { "aria-label": say(side ? "secondPlan" : "firstPlan"), id: "pair-" + side, onchange: (event) => { pair[side] = event.target.value; compare(); } },
    ...keys.map((key) => element("option", { value: key, selected: key === pair[side] }, nameOf(key))),
  );
}

const zoneName = (id) => both(found.zones.find((item) => item.zone === id)?.name) || id;

function comparison() {
  const breaks = compared.breaks[zone] ?? [];
  const maps = [0, 1].map((side) => {
    const values = compared.planned[side][zone] ?? {};
    const sum = Object.values(values).reduce((all, value) => all + value, 0);
    return element(
      "figure",
      { class: "side-map" },
      element("figcaption", {}, chooser(side), element("p", { class: "help" }, say("plannedSum", { zone: zoneName(zone), a: hectares(sum, found.decimals) }))),
      choropleth({ ground: found.ground, values, breaks, label: say("mapOfPlan", { zone: zoneName(zone), plan: nameOf(pair[side]) }), textOf: (value) => hectares(value, found.decimals) + " ha", onpick: explain }),
    );
  });
  const pick = element("select", { id: "scenario-zone", onchange: (event) => { zone = event.target.value; reason = null; render(); } }, ...found.zones.map((item) => element("option", { value: item.zone, selected: item.zone === zone }, both(item.name))));
  return element(
    "section",
    { class: "panel comparison" },
    element("h2", {}, say("sideBySide")),
    element("div", { class: "row" }, field(say("zone"), pick)),
    element("div", { class: "side-maps" }, ...maps),
    legend(breaks),
    reasonPanel(),
    targetsTable(),
    movedTable(),
    yearsTable(),
  );
}

function legend(breaks) {
  const { colours } = found.ground;
  const swatch = (colour) => {
    const node = element("span", { class: "patch", "aria-hidden": "true" });
    node.style.background = colour;
    return node;
  };
  const entries = [element("li", {}, swatch(colours.zero), say("zero"))];
  for (let place = 0; place <= breaks.length && compared.planned.some((side) => side[zone]); place += 1) {
    const low = place ? breaks[place - 1] : 0;
    const high = breaks[place];
    const text = high === undefined ? "> " + hectares(low, 1) : `${hectares(low, 1)} – ${hectares(high, 1)}`;
    entries.push(element("li", {}, swatch(colourOf(low + 1e-6, breaks, colours)), text + " ha"));
  }
  return element("ul", { class: "patches" }, ...entries);
}

async function explain(commune) {
  try {
    const said = await Promise.all([0, 1].map((side) => desk.read("scenarios", "explain", { changes: changesOf(pair[side]), zone, commune })));
    const place = found.ground.communes.code.indexOf(commune);
    reason = { name: found.ground.communes.name[place], said };
    render();
    document.getElementById("reason")?.focus();
  } catch (error) {
    desk.fault(error);
  }
}

function reasonPanel() {
  const pick = element(
    "select",
    { id: "why-commune", "aria-label": say("whyCommune"), onchange: (event) => event.target.value && explain(event.target.value) },
    element("option", { value: "" }, say("whyCommune")),
    ...found.ground.communes.code.map((code, place) => [code, found.ground.communes.name[place]]).sort((a, b) => a[1].localeCompare(b[1], "vi")).map(([code, name]) => element("option", { value: code }, name)),
  );
  const sides = reason ? reason.said.map((lines, side) => element("div", {}, element("h4", {}, nameOf(pair[side])), element("ul", { class: "said" }, ...lines.map((line) => element("li", {}, both(line)))))) : [];
  return element("div", { class: "reason", id: "reason", tabindex: "-1" }, element("h3", {}, reason ? say("whyTitle", { zone: `${zoneName(zone)}, ${reason.name}` }) : say("whyOne")), pick, element("div", { class: "two-columns" }, ...sides));
}

function targetsTable() {
  const place = (row) => found.zones.findIndex((item) => item.zone === row.zone);
  const rows = compared.targets
    .filter((row) => place(row) >= 0)
    .sort((a, b) => place(a) - place(b))
    .map((row) => {
      const shift = (row.shortfall_ha_second ?? 0) - (row.shortfall_ha_first ?? 0);
      const changed = row.end_ha_first !== row.end_ha_second || row.low_ha_first !== row.low_ha_second || shift !== 0;
      return element(
        "tr",
        { class: changed ? "now" : "" },
        element("th", { scope: "row" }, zoneName(row.zone)),
        ...["first", "second"].flatMap((side) => [
          element("td", {}, hectares(row["low_ha_" + side], 1)),
          element("td", {}, hectares(row["end_ha_" + side], found.decimals)),
          element("td", { class: row["shortfall_ha_" + side] > 0 ? "less" : "" }, hectares(row["shortfall_ha_" + side], found.decimals)),
        ]),
        element("td", { class: shift > 0 ? "less" : shift < 0 ? "more-ha" : "" }, shift ? (shift > 0 ? "+" : "") + number(shift, found.decimals) : "0"),
      );
    });
  const [first, second] = pair.map(nameOf);
  const heads = [say("zone"), ...[first, second].flatMap((name) => ["low", "end", "missing"].map((key) => `${name}: ${say("head_" + key)}`)), say("costShift")];
  return element("div", {}, element("h3", {}, say("costs")), table(heads, rows, { label: say("costs"), class: "figures-table" }));
}

function movedTable() {
  if (!compared.movedCount) return element("p", {}, say("nobodyMoves"));
  const rows = compared.moved.map((row) =>
    element("tr", {}, element("th", { scope: "row" }, row.commune), element("td", { class: "text" }, zoneName(row.zone)), element("td", {}, hectares(row.base_ha, found.decimals)), element("td", {}, hectares(row.other_ha, found.decimals)), element("td", {}, number(row.change_ha, found.decimals))),
  );
  const heads = [say("commune"), say("zone"), nameOf(pair[0]) + ", ha", nameOf(pair[1]) + ", ha", say("difference")];
  return element("div", {}, element("h3", {}, say("byCommune")), table(heads, rows, { label: say("byCommune"), class: "figures-table with-zone" }));
}

function yearsTable() {
  if (!compared.years.length) return null;
  const rows = compared.years.map((row) =>
    element("tr", {}, element("th", { scope: "row" }, row.commune), element("td", { class: "text" }, zoneName(row.zone)), element("td", {}, String(row.year)), element("td", {}, hectares(row.first_ha, found.decimals)), element("td", {}, hectares(row.second_ha, found.decimals)), element("td", {}, number(row.change_ha, found.decimals))),
  );
  const heads = [say("commune"), say("zone"), say("year"), nameOf(pair[0]) + ", ha", nameOf(pair[1]) + ", ha", say("difference")];
  return element("details", {}, element("summary", {}, say("byYear", { n: compared.years.length })), table(heads, rows, { label: say("byYear", { n: compared.years.length }), class: "figures-table with-zone" }));
}
