// Files: what the project is made of; a file is looked at, its columns confirmed, then written down.
import { both, day, kindName, language, number, say } from "../desk/words.js";
import { button, byId, dropZone, element, field, keepingFocus, panel, table } from "../desk/dom.js";
import { fileForm } from "../desk/file-form.js";

let desk = null;
let box = null;
let state = null;
let place = null; // The folder that is shown
let looked = null; // The file that is looked at
let told = "";
let form = null;
let unread = ""; // A file that was copied here and cannot be read

export async function open(node, theDesk) {
  [box, desk] = [node, theDesk];
  looked = null;
  told = "";
  state = await desk.read("files", "state");
  place = await desk.read("start", "browse", { path: state.folder });
  const left = desk.kept("looked", null); // A file whose form was half filled when the room was left
  if (left) looked = await desk.read("files", "look", left).catch(() => null);
  render();
}

export function close() {
  form?.close();
  form = null;
}

export const speak = () => render();

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    desk.fault(error);
  }
}

async function changed(answer, words = "") {
  state = answer;
  told = words;
  putDown();
  await desk.refresh();
  render();
}

function putDown(kept) {
  looked = null;
  unread = "";
  looks += 1;
  desk.forget("looked");
  if (kept) desk.forget(kept);
}

function cancel(kept) {
  putDown(kept);
  render();
}

function render() {
  close();
  form = looked && !["layers", "sheets"].includes(looked.form) && looked.form !== "document" ? fileForm({ desk, looked, state, again: look, put, place: placeOf, cancel, list: makeList }) : null;
  box.replaceChildren(
    element(
      "main",
      { class: "plain-room wide" },
      element("h1", {}, say("room_files")),
      element("p", { class: "help file-path" }, state.file),
      state.lacking ? stillNeeded() : state.fault ? element("div", { class: "warning", id: "project-fault" }, element("p", {}, both(state.fault)), element("p", { class: "help" }, say("faultHelp"))) : element("p", { class: "good" }, say("projectLoads"), " ", button("goCheck", () => desk.go("check"))),
      state.undo ? element("div", { class: "row" }, button("undoFile", () => attempt(async () => changed(await desk.ask("files", "undo"), say("undone"))), { id: "undo-file", disabled: readOnly() })) : null,
      state.fault && !state.lacking ? faultyText() : null,
      element("p", { role: "status", class: "help", id: "files-told" }, told),
      element("div", { class: "files-columns" }, element("div", { class: "stack" }, ...drafts(true), partsPanel(), presentPanel(), plansPanel(), ...drafts(false)), element("div", { class: "stack" }, form ? form.node : pickPanel())),
      state.lacking ? element("details", {}, element("summary", {}, say("editByHand")), faultyText()) : null,
    ),
  );
  form?.shown();
  showFaultyLine();
}

// A project that was just begun is at no fault: what it still needs, and how that comes in.
function stillNeeded() {
  const parts = state.parts.filter((part) => !part.there).map((part) => `${kindName(part.kind)} (${part.path})`);
  return element("div", { class: "panel", id: "still-needed" }, element("p", {}, element("b", {}, say("stillNeeded", { n: parts.length, what: parts.join(", ") }))), element("p", { class: "help" }, say("stillNeededHelp")));
}

// Plan files of the project: those that wait for a word come first.
const drafts = (waiting) => (state.drafts ?? []).filter((draft) => Boolean(draft.confirm.length) === waiting).map(confirmPanel);

// The project file, open to be mended, with the line that is at fault chosen.
function faultyText() {
  const input = element("textarea", { class: "faulty-text", id: "faulty-text", rows: "18", spellcheck: "false", autocomplete: "off", readonly: readOnly() });
  input.value = state.text;
  const save = () => attempt(async () => changed(await desk.ask("files", "edit", { text: input.value, shown: state.text }), say("textSaved")));
  return element(
    "div",
    { class: "stack" },
    field(say("projectFile"), input, state.line ? say("faultyLine", { n: state.line, text: state.text.split("\n")[state.line - 1].trim() }) : ""),
    element("div", { class: "row" }, button("saveText", save, { class: "main-button", id: "save-text", disabled: readOnly() })),
  );
}

// Chooses the line at fault and brings it into sight.
function showFaultyLine() {
  const input = byId("faulty-text");
  if (!input || !state.line) return;
  const lines = state.text.split("\n");
  const start = lines.slice(0, state.line - 1).join("\n").length + (state.line > 1 ? 1 : 0);
  input.setSelectionRange(start, start + lines[state.line - 1].length);
  input.scrollTop = (input.scrollHeight * Math.max(0, state.line - 6)) / lines.length;
}

const readOnly = () => Boolean(desk.hello.readOnly);

function partsPanel() {
  const rows = state.parts.map((part) =>
    element(
      "li",
      { class: "part", "data-part": part.name },
      element("span", { class: part.there ? "state there" : "state lacking" }, say(part.there ? "fileThere" : "fileLacking")),
      element("span", {}, element("b", {}, kindName(part.kind)), part.kind === "communes" ? null : element("span", { class: "code" }, part.name), element("span", { class: "help file-path" }, ` ${part.path} ${day(part.date)}`)),
      element(
        "span",
        { class: "part-steps" },
        part.there ? button("lookAgain", () => look({ path: part.at, name: part.name, kind: part.kind || null }), { "aria-label": say("lookAgainAt", { name: part.kind === "communes" ? kindName(part.kind) : part.name }), "data-again": part.name }) : null,
        part.kind === "communes" ? null : button("takeOut", () => attempt(async () => changed(await desk.ask("files", "drop", { name: part.name }))), { "aria-label": say("takeOff", { commune: part.name }), disabled: readOnly() }),
      ),
    ),
  );
  return panel(say("dataOfProject"), element("ul", {}, ...rows));
}

// Which layer tells where a crop stands now, where two layers have it.
function presentPanel() {
  const telling = state.parts.filter((part) => ["crop_plots", "report", "reconciled", "forest_status"].includes(part.kind));
  const chosen = Object.entries(state.present ?? {});
  if (telling.length < 2 && !chosen.length) return null;
  const set = (crop, layer) => attempt(async () => changed(await desk.ask("files", "present", { crop, layer })));
  const nameOf = (crop) => both(state.crops[crop]) || crop;
  const rows = chosen.map(([crop, layer]) =>
    element("li", { class: "part", "data-present": crop }, element("span", {}, element("b", {}, nameOf(crop)), element("span", { class: "code" }, layer)), button("takeOut", () => set(crop, ""), { "aria-label": say("takeOff", { commune: nameOf(crop) }), disabled: readOnly() })),
  );
  const crop = element("select", { id: "present-crop", required: true }, element("option", { value: "" }, "…"), ...cropChoices());
  const layer = element("select", { id: "present-layer", required: true }, element("option", { value: "" }, "…"), ...telling.map((part) => element("option", { value: part.name }, `${part.name} · ${kindName(part.kind)}`)));
  return panel(
    say("presentTitle"),
    element("p", { class: "help" }, say("presentHelp")),
    rows.length ? element("ul", { class: "present-list" }, ...rows) : null,
    state.held ? null : element("div", { class: "row" }, button("readCrops", () => attempt(async () => changed(await desk.read("files", "crops"))), { id: "read-crops" })),
    element(
      "form",
      { class: "stack", onsubmit: (event) => { event.preventDefault(); set(crop.value, layer.value); } },
      element("div", { class: "editor-grid" }, field(say("presentCrop"), crop), field(say("presentLayer"), layer)),
      element("div", { class: "row" }, element("button", { type: "submit", class: "plain", id: "present-put", disabled: readOnly() }, say("presentPut"))),
    ),
  );
}

// Crops that the layers hold come first, those of several layers before the rest.
function cropChoices() {
  const layersOf = (id) => Object.entries(state.held ?? {}).filter(([, crops]) => crops.includes(id)).map(([layer]) => layer);
  const choices = Object.entries(state.crops).map(([id, name]) => ({ id, name: both(name), layers: layersOf(id) }));
  const option = ({ id, name, layers }) => element("option", { value: id }, [name, layers.join(", ")].filter(Boolean).join(" · "));
  const held = choices.filter((one) => one.layers.length).sort((one, other) => other.layers.length - one.layers.length || one.name.localeCompare(other.name, "vi"));
  if (!held.length) return choices.map(option);
  const others = choices.filter((one) => !one.layers.length);
  return [element("optgroup", { label: say("cropsHeld") }, ...held.map(option)), element("optgroup", { label: say("cropsOther") }, ...others.map(option))];
}

// Which plan leads, what the others are for, and which of their zones nobody shares out.
function plansPanel() {
  if (!state.plans) return null; // The file cannot be read: nobody knows
  const plans = state.plans ?? [];
  const others = (state.known_plans ?? []).filter((known) => !plans.some((plan) => plan.id === known.id));
  const pick = element(
    "select",
    { id: "plan-pick", disabled: readOnly(), onchange: (event) => event.target.value && attempt(async () => changed(await desk.ask("files", "plan", { name: event.target.value }))) },
    element("option", { value: "" }, "…"),
    ...others.map((plan) => element("option", { value: plan.id }, both(plan.name))),
  );
  const list = plans.length ? element("ol", { class: "plan-list" }, ...plans.map(planRow)) : element("p", { class: "help", id: "no-plan" }, say("noPlan"));
  return panel(say("plansOfProject"), plans.length > 1 ? element("p", { class: "help" }, say("planHelp")) : null, list, field(say("otherPlan"), pick));
}

function planRow(plan, place) {
  const name = both(plan.name);
  const set = (action, asked) => () => attempt(async () => {
    const answer = await desk.ask("files", action, { name: plan.id, ...asked });
    if (answer.left.length) desk.forget("edits"); // They are of zones that are shared out no more
    await changed(answer, answer.left.length ? say("editsLeft", { n: answer.left.length }) : "");
  });
  const left = plan.unallocated.map(both);
  return element(
    "li",
    { "data-plan-row": plan.id },
    element("b", {}, name),
    " ",
    element("span", { class: "help" }, [plan.date ? day(plan.date) : "", plan.id].filter(Boolean).join(" · ")),
    element("p", { class: place ? "help" : "good" }, plan.there ? say(place ? "planFollows" : "planLeads") : say("fileLacking")),
    plan.fault ? element("p", { class: "warning" }, both(plan.fault)) : null,
    left.length ? element("p", { class: "left-out" }, say("leftOut", { n: left.length, zones: left.join(", ") })) : null,
    element(
      "div",
      { class: "row" },
      place ? button("letLead", set("plan", { lead: true }), { class: "plain", "aria-label": `${say("letLead")}: ${name}`, "data-lead": plan.id, disabled: readOnly() }) : null,
      button("takeOut", set("drop_plan"), { class: "link", "aria-label": say("takeOff", { commune: name }), "data-plan": plan.id, disabled: readOnly() }),
    ),
  );
}

function confirmPanel(draft) {
  if (!draft.confirm.length) return panel(draft.file, element("p", { class: "good" }, say("allConfirmed", { n: draft.targets })), figuresRead(draft));
  const boxes = draft.confirm.map((row) => element("label", { class: "check" }, element("input", { type: "checkbox", value: row.code }), element("span", {}, say("meantAs", { written: row.written, meant: row.meant || "?", code: row.code, owner: both(row.owner) }))));
  const list = element("div", { class: "confirm-list", id: "confirm-list" }, ...boxes);
  const chosen = () => [...list.querySelectorAll("input:checked")].map((item) => item.value);
  return panel(
    draft.file,
    element("p", {}, say("toConfirm", { n: draft.confirm.length })),
    list,
    element(
      "div",
      { class: "row" },
      button("chooseAll", () => list.querySelectorAll("input").forEach((item) => (item.checked = true))),
      button("confirmChosen", () => attempt(async () => changed(await desk.ask("files", "confirm", { file: draft.file, codes: chosen() }))), { class: "main-button", id: "confirm-chosen" }),
    ),
    figuresRead(draft),
  );
}

// A target that the document does not set leaves the plan's file; the document can be read again.
function strikeButton(draft, row) {
  const strike = () => attempt(async () => changed(await desk.ask("files", "strike", { file: draft.file, target: row.target }), say("struck", { name: both(row.name) })));
  return button("takeOut", strike, { class: "link", "aria-label": say("takeOff", { commune: both(row.name) }), "data-strike": row.target, disabled: readOnly() });
}

// Figures that were read from the text, the least sure ones first.
function figuresRead(draft) {
  if (!draft.figures.length) return null;
  const unsure = draft.figures.filter((row) => row.unsure).length;
  const rows = draft.figures.map((row) =>
    element("tr", { class: row.unsure ? "unsure" : "" }, element("th", { scope: "row", class: "text" }, both(row.name)), element("td", {}, both(row.figure)), element("td", {}, row.year ?? ""), element("td", { class: "text" }, row.clause), element("td", {}, number(100 * row.sure) + " %"), element("td", {}, strikeButton(draft, row))),
  );
  return element(
    "details",
    { class: "figures-read", open: Boolean(unsure) },
    element("summary", {}, say("figuresRead", { n: number(draft.figures.length), m: number(unsure) })),
    element("p", { class: "help" }, say("figuresReadHelp")),
    table(["target", "figure", "field_year", "clauseHead", "howSure", "takeOut"].map((key) => say(key)), rows, { label: draft.file }),
  );
}

function pickPanel() {
  const other = element("input", { type: "text", id: "other-folder", spellcheck: "false", autocomplete: "off" });
  const folders = [...(place.up ? [["..", place.up]] : []), ...place.folders.map((name) => [name, join(place.folder, name)])];
  return element(
    "section",
    { class: "panel", id: "pick" },
    element("h2", {}, say("addFile")),
    element("p", { class: "help" }, say("addHelp")),
    dropZone(say("dropHere"), take),
    element("p", { class: "help file-path" }, place.folder),
    unread ? unreadCopy() : null,
    looked?.form === "layers" ? partChoice("severalLayers", looked.layers, "layer") : null,
    looked?.form === "sheets" ? partChoice("severalSheets", looked.sheets, "sheet") : null,
    looked?.form === "document" ? documentChoice() : null,
    element(
      "ul",
      { class: "browser", "aria-label": say("filesHere") },
      ...folders.map(([name, path]) => element("li", {}, element("button", { type: "button", class: "link", onclick: () => attempt(async () => { place = await desk.read("start", "browse", { path }); render(); }) }, name + "/"))),
      ...place.files.map((name) => element("li", {}, element("button", { type: "button", class: "link", "data-file": name, onclick: () => look({ path: join(place.folder, name) }) }, name))),
    ),
    element(
      "form",
      { class: "row", onsubmit: (event) => { event.preventDefault(); attempt(async () => { place = await desk.ask("start", "folder", { path: other.value }); render(); }); } },
      field(say("otherFolder"), other),
      element("button", { type: "submit", class: "plain" }, say("open")),
    ),
  );
}

const join = (folder, name) => folder + (folder.includes("\\") ? "\\" : "/") + name;

// Files that are dropped together are parts of one layer, or several files: one alone is looked at.
async function take(files) {
  await attempt(async () => {
    const kept = new Map();
    const { at } = desk.hello;
    let refused = null;
    for (const file of files) {
      try {
        const { path, copied } = await desk.upload(file);
        kept.set(file.name.normalize("NFC"), path);
        if (copied) desk.keep("copied", [...desk.kept("copied", []), path]);
      } catch (error) {
        if (desk.hello.at !== at) throw error; // The others are not for the project that is open now
        refused ??= error; // The others are taken in all the same
      }
    }
    place = await desk.read("start", "browse", { path: state.folder });
    state = await desk.read("files", "state");
    told = kept.size ? say("copied", { n: kept.size }) : "";
    render();
    const whole = place.files.filter((name) => kept.has(name));
    if (whole.length === 1) await look({ path: kept.get(whole[0]) });
    if (refused) desk.fault(refused);
  });
}

let looks = 0;

// Of two questions the later one counts, whichever is answered first.
async function look(asked) {
  const turn = (looks += 1);
  await attempt(async () => {
    unread = "";
    let answer;
    try {
      answer = await desk.ask("files", "look", asked);
    } catch (error) {
      if (turn === looks && [415, 422].includes(error.status) && desk.kept("copied", []).includes(asked.path)) {
        unread = asked.path;
        render();
      }
      throw error;
    }
    if (turn !== looks) return;
    looked = answer;
    desk.keep("looked", asked);
    keepingFocus(render);
  });
}

// A table with a column for each crop is made a list, which is then looked at.
const makeList = (asked) =>
  attempt(async () => {
    const made = await desk.ask("files", "make_list", asked);
    told = [say("listMade", { file: made.path.split(/[\\/]/).at(-1), n: number(made.rows) }), ...made.told.map(both)].join("; ") + ".";
    place = await desk.read("start", "browse", { path: state.folder });
    await look({ path: made.path });
    byId("files-told").scrollIntoView({ block: "nearest" });
  });

// A dropped file that cannot be read is offered to be taken away again; the one it was copied from stays.
function unreadCopy() {
  const name = unread.split(/[\\/]/).at(-1);
  const take = () => attempt(async () => {
    const { gone } = await desk.takeAway(unread);
    desk.keep("copied", desk.kept("copied", []).filter((path) => path !== unread));
    unread = "";
    place = await desk.read("start", "browse", { path: place.folder });
    told = say("copyGone", { names: gone.join(", ") });
    render();
  });
  return element("div", { class: "warning", id: "unread-copy" }, element("p", {}, say("copyUnread", { name })), button("takeCopyAway", take, { id: "take-away", disabled: readOnly() }));
}

async function placeOf(asked) {
  let place = null;
  await attempt(async () => ({ place } = await desk.read("files", "look", asked)));
  return place;
}

// A layer or a sheet of the file that is looked at.
function partChoice(words, names, part) {
  return element("div", { class: "warning", id: "part-choice" }, element("p", {}, say(words)), element("ul", {}, ...names.map((name) => element("li", {}, element("button", { type: "button", class: "link", onclick: () => look({ path: looked.path, [part]: name }) }, name)))));
}

// A document becomes a plan: which plan then leads is asked where the project has one.
function documentChoice() {
  const leading = state.plans?.[0];
  const radio = (value, words) => element("label", { class: "check" }, element("input", { type: "radio", name: "lead", value, checked: value === "yes" }), element("span", {}, words));
  const choice = leading ? element("fieldset", { id: "lead-choice" }, element("legend", {}, say("whoLeads")), radio("yes", say("leadsThis")), radio("no", say("leadsOther", { plan: both(leading.name) }))) : null;
  const read = () => attempt(async () => {
    const lead = choice?.querySelector("input:checked").value !== "no";
    const answer = await desk.ask("files", "extract", { path: looked.path, lead, language: language() });
    if (answer.left.length) desk.forget("edits");
    await changed(answer, say("planRead", { targets: number(answer.read.targets), zones: number(answer.read.zones), unread: number(answer.read.unread) }));
  });
  return element("div", { class: "found-document" }, element("p", {}, say("documentFound", { path: looked.path })), choice, button("readPlan", read, { class: "main-button", id: "read-plan" }));
}

async function put(kept, asked) {
  await attempt(async () => {
    const answer = await desk.ask("files", "put", asked);
    putDown(kept);
    await changed(answer, say("putIn", { path: asked.path }));
  });
}
