// Targets: bars and an editor for each zone beside the map; every edit shares the hectares out anew.
import { openMap } from "/page/map.js";
import { both, hectares, language, number, say } from "../desk/words.js";
import { button, byId, element, keepingFocus } from "../desk/dom.js";
import { Edits } from "../desk/edits.js";
import { zoneEditor } from "../desk/editor.js";

let desk = null;
let ground = null; // Communes, zones and the plan's words
let made = null; // The plan with the edits
const NOTHING = []; // No edits, and none that were made
let reasons = [];
let edits = null;
let view = null; // The map
let zone = "";
let shown = null; // The edits whose plan is shown
let planning = null; // The map whose plan is asked for

export async function open(node, theDesk) {
  desk = theDesk;
  const [body, words, found] = await Promise.all([
    fetch("/page/body.html").then((answer) => answer.text()),
    fetch("/page/words.json").then((answer) => answer.json()),
    desk.read("targets", "ground"),
  ]);
  ground = found;
  const left = new Set(ground.left.map((item) => item.line));
  const kept = desk.kept("edits", null);
  const steps = kept && !left.size ? desk.kept("steps", null) : null;
  edits = new Edits((kept ?? ground.changes).filter((line) => !left.has(line)), keepEdits, steps);
  made = found.plan;
  shown = JSON.stringify(edits.lines) === JSON.stringify(found.changes) ? edits.lines : NOTHING;
  reasons = [];
  placeMap(node, body);
  view = openMap({ ...ground.page, language: language() }, words, { linked: false, told: heard });
  if (ground.page.measures.includes("planned")) view.update({ measure: "planned" });
  zone = ground.zones.some((item) => item.zone === shownZone()) ? shownZone() : (ground.zones[0]?.zone ?? "");
  render();
  if (shown === edits.lines) told();
  await replan();
}

// The way back outlives the room too; where the browser keeps no more, the edits alone.
function keepEdits(lines, steps) {
  desk.keep("edits", lines);
  try {
    desk.keep("steps", steps);
  } catch {
    desk.forget("steps");
  }
}

// Says that the plan stands on the screen.
function told() {
  document.body.dataset.planned = String(Number(document.body.dataset.planned ?? 0) + 1);
}

export function close() {
  view?.close();
  view = null;
}

export function speak() {
  view.update({ language: language() });
  render();
}

const shownZone = () => ground.page.zones[view.state.zone]?.id ?? "";

function heard(state, changes) {
  if ("zone" in changes && view && ground.zones.some((item) => item.zone === shownZone())) {
    zone = shownZone();
    render();
  }
}

// The map page's parts, without the frame that the desk has itself.
function placeMap(node, body) {
  const parts = new DOMParser().parseFromString(body, "text/html").body;
  parts.querySelector(".noscript")?.remove();
  const top = parts.querySelector("header");
  const frame = element("div", { class: "top map-top" }, ...top.childNodes);
  top.replaceWith(frame);
  frame.querySelector("h1").remove();
  frame.querySelector(".brand").prepend(element("span", { id: "title", hidden: true }));
  parts.querySelector("#chart").closest("section").classList.add("map-zones");
  parts.querySelector("main").prepend(element("section", { class: "zones edits", id: "edits", "aria-labelledby": "edits-title" }));
  parts.querySelector(".side").prepend(element("section", { class: "card moved", id: "moved", "aria-labelledby": "moved-title" }));
  parts.querySelector("main").prepend(element("h1", { class: "unseen" }, say("room_targets")));
  node.replaceChildren(...parts.childNodes);
}

// Asks until what is shown is the plan of the last edit, whatever came in between.
async function replan() {
  const mine = view;
  if (planning === mine) return;
  planning = mine;
  renderState();
  let lines;
  do {
    lines = edits.lines;
    try {
      await plan(mine, lines);
    } catch (error) {
      if (view === mine) refuse(error, lines);
    }
  } while (view === mine && lines !== edits.lines);
  if (planning === mine) planning = null;
  if (view !== mine) return;
  renderState();
  if (lines === shown) await explain(mine, lines);
}

async function plan(mine, lines) {
  if (lines === shown && made.moved) return;
  const answer = await desk.read("targets", "plan", { changes: lines });
  if (view !== mine) return;
  made = answer;
  shown = lines;
  reasons = [];
  view.replaceFigures(made.figures);
  render();
  told();
}

// Why it is so comes after the plan, and no edit waits for it.
async function explain(mine, lines) {
  try {
    const said = await desk.read("targets", "why", { changes: lines });
    if (view !== mine || lines !== edits.lines) return;
    reasons = said;
    renderMoved();
  } catch (error) {
    if (view === mine) desk.fault(error);
  }
}

// An edit that cannot be allocated goes back to what was; an edit that nobody answered stays.
function refuse(error, lines) {
  if (error.status === 422 && lines === edits.lines && edits.canUndo) {
    edits.undo();
    edits.dropRedo();
    render();
  }
  desk.fault(error);
}

function change(line) {
  edits.set(line);
  render();
  replan();
}

// A figure that is being typed is not drawn over: the zones wait until it is done.
function render() {
  keepingFocus(() => {
    if (isTyping()) byId("edits").addEventListener("focusout", () => setTimeout(() => view && render()), { once: true });
    else renderZones();
    renderMoved();
  });
}

function isTyping() {
  const input = document.activeElement;
  return Boolean(input?.matches("#edits input") && input.value !== (input.dataset.taken ?? input.defaultValue));
}

function renderState() {
  const state = byId("edits-state");
  if (!state) return;
  const stale = shown !== edits.lines;
  document.body.toggleAttribute("data-stale", stale);
  const told = planning ? say("planning") : stale ? say("notPlanned") : edits.lines.length ? say("editCount", { n: edits.lines.length }) : say("noEdits");
  state.replaceChildren(told, ...(stale && !planning ? [" ", button("planAgain", replan, { id: "plan-again", "data-focus": "plan-again" })] : []));
}

// Saved changes that fit no zone of the leading plan: told, and taken out where a person says so.
function leftChanges() {
  if (!ground.left.length) return "";
  return element(
    "div",
    { class: "warning", id: "changes-left" },
    element("p", {}, say("changesLeft", { n: ground.left.length })),
    element("ul", {}, ...ground.left.map((item) => element("li", {}, both(item.said)))),
    button("takeOut", leave, { id: "leave-changes", disabled: Boolean(desk.hello.readOnly) }),
  );
}

async function leave() {
  try {
    await desk.ask("targets", "leave");
    await desk.go("targets");
  } catch (error) {
    desk.fault(error);
  }
}

function renderZones() {
  const dirty = JSON.stringify(edits.lines) !== JSON.stringify(ground.changes);
  const bar = element(
    "div",
    { class: "row edit-bar" },
    button("undo", () => step("undo"), { disabled: !edits.canUndo, "data-focus": "undo", id: "undo" }),
    button("redo", () => step("redo"), { disabled: !edits.canRedo, "data-focus": "redo", id: "redo" }),
    button("saveEdits", save, { disabled: !dirty || Boolean(desk.hello.readOnly), class: "main-button", "data-focus": "save", id: "save" }),
  );
  byId("edits").replaceChildren(
    element("h2", { id: "edits-title" }, say("targetsTitle")),
    element("p", { class: "help", id: "edits-state", role: "status" }),
    bar,
    leftChanges(),
    element("ul", { class: "zone-list" }, ...ground.zones.map(zoneRow)),
  );
  renderState();
}

function step(direction) {
  edits[direction]();
  render();
  replan();
}

async function save() {
  try {
    const answer = await desk.ask("targets", "save", { changes: edits.lines, stamp: ground.stamp });
    ground.stamp = answer.stamp;
    ground.changes = edits.lines;
    render();
    byId("edits-state").textContent = say("saved", { file: desk.hello.at });
  } catch (error) {
    desk.fault(error);
  }
}

const targetOf = (id) => made?.targets.filter((item) => item.zone === id).at(-1);

function zoneRow(item) {
  const target = targetOf(item.zone);
  const now = item.zone === zone;
  const edited = edits.of(item.zone).length > 0;
  const head = element(
    "button",
    {
      type: "button",
      class: now ? "zone-head on" : "zone-head",
      "aria-expanded": String(now),
      "data-zone": item.zone,
      "data-focus": "zone-" + item.zone,
      onclick: () => choose(item.zone),
    },
    element("span", { class: "zone-name" }, both(item.name), edited ? element("span", { class: "edited" }, " " + say("edited")) : null),
    element("span", { class: target?.status === "short" ? "zone-status missed" : "zone-status" }, target ? statusText(target) : ""),
    barOf(target),
    element("span", { class: "zone-figures" }, target ? figuresText(target) : ""),
  );
  const settings = made?.settings.find((one) => one.zone === item.zone);
  const original = ground.original.find((one) => one.zone === item.zone);
  const editor = now && settings ? zoneEditor({ item, settings, original, edits, change, page: ground.page, years: ground.years }) : null;
  // Where the target is reached without it, nobody needs the layer that would show land.
  const noMap = item.noMap && target?.status === "short" ? element("p", { class: "warning no-map", "data-no-map": item.zone }, both(item.noMap)) : null;
  return element("li", {}, head, noMap, closedList(item, settings), editor);
}

// Only listed communes get more, but the target is held against what stands in the whole province.
function closedList(item, settings) {
  if (settings?.list !== "closed") return null;
  const listed = new Set(settings.listed);
  const sums = [0, 0];
  for (const [code, area] of Object.entries(item.present ?? {})) sums[listed.has(code) ? 0 : 1] += area;
  const [inside, outside] = sums.map((area) => hectares(area, ground.decimals));
  return element("p", { class: "help closed-list", "data-closed": item.zone }, say("closedList", { n: number(listed.size), inside, outside }));
}

function choose(id) {
  zone = zone === id ? "" : id;
  const index = ground.page.zones.findIndex((item) => item.id === id);
  if (index >= 0) view.update({ zone: index });
  render();
}

function statusText(target) {
  if (target.status === "short") return say("short", { a: hectares(target.shortfall_ha, ground.decimals) });
  if (target.status === "above") return say("above", { a: hectares(target.surplus_ha, ground.decimals) });
  return say("reached");
}

function boundText(low, high) {
  if (low !== null && high !== null && low !== high) return hectares(low) + "–" + hectares(high);
  if (high === null || low === high) return (low === null ? "" : high === null ? "≥ " : "") + hectares(low ?? high);
  return "≤ " + hectares(high);
}

function figuresText(target) {
  const parts = [hectares(target.present_ha, ground.decimals)];
  if (target.loss_ha > 0) parts.push("− " + hectares(target.loss_ha, ground.decimals));
  if (target.planned_ha > 0) parts.push("+ " + hectares(target.planned_ha, ground.decimals));
  return `${parts.join(" ")} = ${hectares(target.end_ha, ground.decimals)} / ${boundText(target.low_ha, target.high_ha)} ha · ${target.year}`;
}

// Present, then added, on an axis that ends a quarter above the upper bound.
function barOf(target) {
  const track = element("span", { class: "bullet desk-bar", "aria-hidden": "true" });
  if (!target) return track;
  const most = Math.max(target.high_ha ?? 0, target.low_ha ?? 0, target.end_ha, 1) * 1.1;
  const share = (value) => Math.min(100, (100 * Math.max(value, 0)) / most) + "%";
  const kept = Math.max(0, target.present_ha - target.loss_ha);
  for (const [name, from, width] of [
    ["bar", 0, kept],
    ["bar added", kept, target.planned_ha],
    ["range", target.low_ha ?? target.high_ha, Math.max(0, (target.high_ha ?? target.low_ha) - (target.low_ha ?? target.high_ha))],
  ]) {
    const piece = element("span", { class: name });
    piece.style.left = share(from);
    piece.style.width = share(width);
    track.append(piece);
  }
  const goal = element("span", { class: "goal" });
  goal.style.left = share(target.low_ha ?? target.high_ha);
  track.append(goal);
  return track;
}

function renderMoved() {
  const box = byId("moved");
  // The plan as it was made says its changes with the plan's own figures; until then the page does.
  const wordsOf = (line, place) => (shown === edits.lines && made.said?.length === edits.lines.length ? both(made.said[place]) : edits.describe(line, ground));
  const lines = edits.lines.map((line, place) =>
    element(
      "li",
      {},
      element("span", {}, wordsOf(line, place)),
      element("button", { type: "button", class: "close small", "aria-label": say("takeBack", { what: wordsOf(line, place) }), "data-focus": "drop-" + line, onclick: () => drop(line) }, "×"),
    ),
  );
  const said = reasons.filter((item) => item.zone === zone && item.kind !== "no_map").map((item) => element("li", {}, item[`message_${language()}`]));
  const stale = shown !== edits.lines;
  const follows = stale ? [] : made.follows.map((told) => element("li", { class: "follows" }, both(told)));
  box.replaceChildren(
    element("h2", { id: "moved-title" }, say("movedTitle")),
    lines.length ? element("ul", { class: "edit-lines" }, ...lines) : element("p", { class: "help" }, say("movedEmpty")),
    follows.length ? element("ul", { class: "edit-lines" }, ...follows) : "",
    lines.length && !stale && made.moved ? movedTable() : "",
    said.length ? element("h3", {}, say("whyTitle", { zone: both(ground.zones.find((item) => item.zone === zone)?.name) })) : "",
    said.length ? element("ul", { class: "said" }, ...said) : "",
  );
}

function drop(line) {
  edits.drop(line);
  render();
  replan();
}

const MOST_MOVED = 8;

function movedTable() {
  if (!made.moved.length) return element("p", { class: "help" }, say("nobodyMoves"));
  const zoneName = (id) => both(ground.zones.find((item) => item.zone === id)?.name) || id;
  const rows = made.moved.slice(0, MOST_MOVED).map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, row.commune),
      element("td", { class: "text" }, zoneName(row.zone)),
      element("td", {}, hectares(row.base_ha, ground.decimals)),
      element("td", {}, hectares(row.other_ha, ground.decimals)),
      element("td", { class: row.change_ha < 0 ? "less" : "more-ha" }, (row.change_ha > 0 ? "+" : "") + number(row.change_ha ?? null, ground.decimals)),
    ),
  );
  const heads = ["commune", "zone", "before", "after", "difference"].map((key) =>
    element("th", { scope: "col", class: key === "zone" ? "text" : "" }, say(key)),
  );
  return element(
    "div",
    { class: "card-scroll" },
    element("table", { class: "moved-table", id: "moved-table" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)),
    made.movedCount > MOST_MOVED ? element("p", { class: "help" }, say("movedMore", { n: made.movedCount - MOST_MOVED })) : null,
  );
}
