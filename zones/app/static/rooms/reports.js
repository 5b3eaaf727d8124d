// Reports: forms out, files in by dropping them or by their folder, questions, who is missing, witnesses.
import { both, day, hectares, number, say } from "../desk/words.js";
import { button, cells, dropZone, element, field, keepingFocus, table } from "../desk/dom.js";
import { choropleth } from "../desk/choropleth.js";

const COLOURS = { on_time: "#2f8f6b", late: "#9cc9a4", asked: "#f0b429", unread: "#d9822b", missing: "#c8553d", expected: "#e4e8e6" };
const STATES = Object.keys(COLOURS);

let desk = null;
let box = null;
let found = null;
let form = "plan-annual";
let year = 0; // This year
let folder = "";
let read = null; // What became of the files that came in
let sides = null; // The witnesses side by side
let told = {};

export async function open(node, theDesk) {
  [box, desk, read, sides, told] = [node, theDesk, null, null, {}];
  await look();
}

export const speak = () => render();

const round = () => ({ year, form });

async function look() {
  found = await desk.read("reports", "state", round());
  year = found.year;
  if (desk.room === "reports") render();
}

// What is done is told beside its button; then the page looks again.
async function attempt(key, work) {
  try {
    told = { [key]: await work() };
    await look();
  } catch (error) {
    desk.fault(error);
  }
}

function render() {
  keepingFocus(() =>
    box.replaceChildren(
      element(
        "main",
        { class: "plain-room wide" },
        element("h1", {}, say("room_reports")),
        element("p", { class: "lead" }, say("reportsLead")),
        choose(),
        element("div", { class: "reports-columns" }, element("div", { class: "stack" }, out(), back(), whole()), element("div", { class: "stack" }, status())),
        element("div", { class: "stack" }, read ? results() : null, witnesses()),
      ),
    ),
  );
}

function choose() {
  const when = element("input", { type: "number", min: "1990", max: "2100", value: String(year), id: "report-year", "data-focus": "report-year", onchange: (event) => { if (event.target.reportValidity()) { year = Number(event.target.value); read = null; attempt("", () => ""); } } });
  const which = element("select", { id: "report-form", "data-focus": "report-form", onchange: (event) => { form = event.target.value; read = null; attempt("", () => ""); } }, ...found.forms.map((item) => element("option", { value: item.form, selected: item.form === form }, both(item.name))));
  return element("div", { class: "row report-choice" }, field(say("reportYear"), when), field(say("reportForm"), which));
}

function part(key, title, ...children) {
  return element("section", { class: "panel" }, element("h2", {}, say(title)), ...children, element("p", { class: "help told", role: "status" }, told[key] ?? ""));
}

const closed = () => Boolean(desk.hello.readOnly);

function out() {
  const there = found.files.forms;
  return part(
    "make",
    "formsOut",
    element("p", { class: "help" }, say("formsHelp")),
    there ? element("p", { class: "help" }, say("formsThere", { n: number(there), folder: found.folders.forms })) : null,
    element("div", { class: "row" }, button("makeForms", () => attempt("make", make), { class: "main-button", id: "make-forms", "data-focus": "make-forms", disabled: closed() })),
  );
}

async function make() {
  const answer = await desk.ask("reports", "make", round());
  return say("formsMade", { n: number(answer.count), folder: answer.folder });
}

function back() {
  const path = element("input", { type: "text", id: "report-folder", value: folder, autocomplete: "off", "data-focus": "report-folder", onchange: (event) => { folder = event.target.value.trim(); } });
  return part(
    "collect",
    "filesIn",
    dropZone(say("dropReports", { folder: found.folders.returned }), (files) => attempt("collect", () => take(files))),
    found.files.returned ? element("p", { class: "help", id: "returned" }, say("returnedThere", { n: number(found.files.returned) })) : null,
    field(say("folderElsewhere"), path),
    element("div", { class: "row" }, button("readReports", () => attempt("collect", collect), { class: "main-button", id: "collect", "data-focus": "collect", disabled: closed() || !(found.files.returned || folder) })),
  );
}

async function take(files) {
  for (const file of files) await desk.upload(file, year);
  return say("copied", { n: files.length });
}

async function collect() {
  read = await desk.ask("reports", "collect", { ...round(), folder });
  return say("lettersAt", { folder: read.folder });
}

function whole() {
  return part("write", "yearReport", element("p", { class: "help" }, say("yearReportHelp")), element("div", { class: "row" }, button("writeReport", () => attempt("write", write), { id: "write-report", "data-focus": "write-report", disabled: closed() || !found.history })));
}

async function write() {
  const answer = await desk.ask("reports", "write", round());
  return say("reportWritten", { files: answer.files.join(", "), folder: answer.folder });
}

function status() {
  const counts = STATES.map((name) => [name, found.status.filter((row) => row.state === name).length]).filter(([, count]) => count);
  const of = new Map(found.status.map((row) => [row.reporter, row.state]));
  const key = counts.map(([name, count]) => {
    const mark = element("i", { class: "state-mark", "aria-hidden": "true" });
    mark.style.background = COLOURS[name];
    return element("li", {}, mark, `${both(found.states[name])}: ${count}`);
  });
  const rows = found.status.map((row) =>
    element("tr", {}, element("th", { scope: "row" }, row.name), ...cells(both(found.states[row.state]), row.received ? day(row.received.slice(0, 10)) : "–", row.questions || "–")),
  );
  return element(
    "section",
    { class: "panel", id: "status" },
    element("h2", {}, say("statusTitle"), element("span", { class: "code" }, say("dueAt", { day: day(found.due) }))),
    element("ul", { class: "state-key" }, ...key),
    choropleth({
      ground: found.ground,
      values: Object.fromEntries(of),
      breaks: [],
      label: say("statusMap"),
      fillOf: (state) => COLOURS[state] ?? "#ffffff",
      textOf: (state) => both(found.states[state]) || "–",
      onpick: (code) => document.getElementById("status-" + code)?.scrollIntoView({ block: "nearest" }),
    }),
    table([say("reporter"), say("stateOf"), say("receivedAt"), say("questionsOpen")], rows, { label: say("statusTitle"), class: "figures-table with-state" }),
  );
}

function results() {
  const files = read.files.map((row) =>
    element("tr", {}, element("th", { scope: "row" }, row.file), ...cells(both(read.verdicts[row.verdict]), row.who.join(", "), number(row.rows_counted), both({ vi: row.message_vi, en: row.message_en }))),
  );
  const asked = read.questions.map((row) =>
    element("tr", {}, element("th", { scope: "row" }, row.who), ...cells(`${row.file} · ${row.sheet} · ${row.cell}`, both({ vi: row.message_vi, en: row.message_en }))),
  );
  return element(
    "section",
    { class: "panel", id: "results" },
    element("h2", {}, say("filesRead")),
    table([say("file"), say("verdict"), say("whose"), say("rowsCounted"), say("question")], files, { label: say("filesRead"), class: "figures-table texts" }),
    element("h2", {}, say("questionsTitle", { n: number(read.count) })),
    read.count ? table([say("whose"), say("cell"), say("question")], asked, { label: say("questionsTitle", { n: read.count }), class: "figures-table texts" }) : element("p", {}, say("noQuestions")),
  );
}

function witnesses() {
  return element(
    "section",
    { class: "panel", id: "witnesses" },
    element("h2", {}, say("witnessesTitle")),
    element("p", { class: "help" }, say("witnessesHelp")),
    sides ? sideBySide() : element("div", { class: "row" }, button("setSideBySide", compare, { id: "side-by-side", "data-focus": "side-by-side" })),
  );
}

async function compare() {
  try {
    sides = await desk.read("reports", "witnesses");
    if (desk.room === "reports") render();
  } catch (error) {
    desk.fault(error);
  }
}

function sideBySide() {
  const figures = ["map", "register", "report", "reconciled"];
  const rows = sides.rows.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, row.commune),
      ...cells(both(row.name)), ...figures.map((name) => element("td", { class: "amount" }, hectares(row[name + "_ha"], found.decimals))), ...cells(both(sides.names[row.leads]), both({ vi: row.evidence_vi, en: row.evidence_en })),
    ),
  );
  const heads = [say("commune"), say("crop"), ...figures.map((name) => both(sides.names[name]) + ", ha"), both(sides.names.leads), say("evidence")];
  return element("div", {}, element("p", {}, say("apartOf", { n: number(sides.count), m: number(sides.all) })), rows.length ? table(heads, rows, { label: say("witnessesTitle"), class: "figures-table texts" }) : null);
}
