// Print: look at the pages, choose the communes, make the files, and hold them against each other.
import { both, language, number, say } from "../desk/words.js";
import { button, byId, element, field, keepForm } from "../desk/dom.js";

let desk = null;
let box = null;
let ground = null;
let shown = null; // { table } or { page }
let checked = null;
let products = new Set(["annex", "map"]);
let communes = [];

export async function open(node, theDesk) {
  [box, desk] = [node, theDesk];
  ground = await desk.read("print", "ground");
  communes = [...ground.chosen];
  shown = checked = null;
  render();
  await preview("table", { index: 0 });
}

export const speak = () => render();

async function preview(kind, asked) {
  try {
    shown = { kind, asked, ...(await desk.read("print", kind, asked)) };
    if (desk.room === "print") renderPreview();
  } catch (error) {
    desk.fault(error);
  }
}

function render() {
  const unsaved = JSON.stringify(desk.kept("edits", ground.changes)) !== JSON.stringify(ground.changes);
  box.replaceChildren(
    element(
      "main",
      { class: "plain-room wide" },
      element("h1", {}, say("room_print")),
      ground.left ? element("p", { class: "warning", id: "changes-left" }, say("changesLeft", { n: ground.left }), " ", button("goTargets", () => desk.go("targets"))) : null,
      unsaved ? element("p", { class: "warning" }, say("unsavedEdits")) : null,
      element("div", { class: "print-columns" }, element("div", { class: "stack" }, choose(), files(), heading()), element("section", { class: "panel", id: "preview", "aria-labelledby": "preview-title" })),
    ),
  );
  renderPreview();
  if (byId("heading-form")) keepForm(desk, "heading", byId("heading-form"));
}

// Title of the annex and who signs it, as the project file says them.
function heading() {
  const { heading: said } = ground;
  if (said.scenario) return element("section", { class: "panel" }, element("h2", {}, say("headingTitle")), element("p", { class: "help" }, say("headingOfProject")));
  const text = (id, value, more = {}) => element("input", { type: "text", id: "heading-" + id, value, autocomplete: "off", ...more });
  const signedAs = element("textarea", { id: "heading-signed-as", rows: "3", autocomplete: "off" });
  signedAs.value = said.signed_as.join("\n");
  const signedBy = text("signed-by", said.signed_by, { oninput: () => (signedAs.required = Boolean(signedBy.value.trim())) });
  signedAs.required = Boolean(said.signed_by);
  const asked = () => ({
    title: byId("heading-title").value.trim(),
    number: byId("heading-number").value.trim(),
    attached_to: byId("heading-attached").value.trim(),
    signed_as: signedAs.value.split("\n").map((line) => line.trim()).filter(Boolean),
    signed_by: signedBy.value.trim(),
  });
  return element(
    "section",
    { class: "panel" },
    element("h2", {}, say("headingTitle")),
    element(
      "form",
      { class: "stack", id: "heading-form", onsubmit: (event) => { event.preventDefault(); writeHeading(asked()); } },
      field(say("annexTitle") + " *", text("title", said.title, { required: true, maxlength: "255" }), say("annexTitleHelp")),
      field(say("annexNumber"), text("number", said.number)),
      field(say("annexAttached"), text("attached", said.attached_to, { placeholder: said.usual })),
      field(say("signedAs"), signedAs, say("signedAsHelp")),
      field(say("signedBy"), signedBy),
      element("div", { class: "row" }, element("button", { type: "submit", class: "plain", id: "heading-put", disabled: Boolean(desk.hello.readOnly) }, say("headingPut")), element("span", { class: "help", role: "status", id: "heading-told" })),
    ),
  );
}

async function writeHeading(asked) {
  try {
    ground = await desk.ask("print", "head", asked);
    desk.forget("heading");
    checked = null;
    await desk.refresh();
    if (desk.room !== "print") return;
    render();
    byId("heading-told").textContent = say("headingWritten");
  } catch (error) {
    desk.fault(error);
  }
}

function choose() {
  const boxes = ["annex", "atlas", "map"].map((key) =>
    element(
      "label",
      { class: "check" },
      element("input", { type: "checkbox", checked: products.has(key), "data-product": key, onchange: (event) => (event.target.checked ? products.add(key) : products.delete(key)) }),
      element("span", {}, say("product_" + key)),
    ),
  );
  return element(
    "section",
    { class: "panel" },
    element("h2", {}, say("whatToPrint")),
    ...boxes,
    communeChoice(),
    element("div", { class: "row" }, button("makeFiles", make, { class: "main-button", id: "make", disabled: Boolean(desk.hello.readOnly) })),
  );
}

function communeChoice() {
  const names = new Map(ground.communes);
  const pick = element(
    "select",
    { "aria-label": say("addCommune"), class: "add", onchange: (event) => { if (event.target.value) communes.push(event.target.value); render(); } },
    element("option", { value: "" }, say("addCommune")),
    ...ground.communes.filter(([code]) => !communes.includes(code)).sort((a, b) => a[1].localeCompare(b[1], "vi")).map(([code, name]) => element("option", { value: code }, name)),
  );
  const chips = communes.map((code) => element("li", { class: "commune-chip" }, names.get(code) ?? code, element("button", { type: "button", class: "close small", "aria-label": say("takeOff", { commune: names.get(code) ?? code }), onclick: () => { communes = communes.filter((item) => item !== code); render(); } }, "×")));
  return element("div", { class: "atlas-communes" }, element("p", { class: "field-name" }, communes.length ? say("atlasSome", { n: communes.length }) : say("atlasAll", { n: ground.communes.length })), element("ul", { class: "commune-chips" }, ...chips), pick);
}

async function make() {
  try {
    const answer = await desk.ask("print", "make", { products: [...products], communes });
    ground.files = answer.files;
    checked = null;
    if (desk.room === "print") render();
  } catch (error) {
    desk.fault(error);
  }
}

function files() {
  const rows = ground.files.map((item) => element("li", { class: "file-row" }, element("span", { class: "name" }, item.name, item.old ? element("span", { class: "state lacking old-file", "data-old": item.name }, say("fileOld")) : null), element("span", { class: "help" }, number(item.bytes / 1000, 0) + " kB"), button("getFile", () => save(item.name), { "aria-label": say("getNamed", { name: item.name }) })));
  return element(
    "section",
    { class: "panel", id: "files-made" },
    element("h2", {}, say("filesMade")),
    element("p", { class: "help file-path" }, ground.folder),
    rows.length ? element("ul", {}, ...rows) : element("p", { class: "help" }, say("noFiles")),
    rows.length ? element("div", { class: "row" }, button("verifyFiles", verify, { id: "verify" })) : null,
    verdict(),
  );
}

function verdict() {
  if (!checked) return null;
  if (checked.agrees && ground.files.some((item) => item.old)) return element("p", { class: "warning", role: "status", id: "agree-old" }, say("agreeOld"));
  if (checked.agrees) return element("p", { class: "good", role: "status" }, say("allAgree", { digest: checked.digest }), " ", both(checked.note));
  const rows = checked.differences.map((item) => element("li", {}, both(item)));
  return element("div", { class: "warning", role: "status" }, element("p", {}, say("differences", { n: checked.differences.length })), element("ul", {}, ...rows));
}

async function verify() {
  try {
    checked = await desk.ask("print", "verify");
    ground.files = checked.files;
    render();
  } catch (error) {
    desk.fault(error);
  }
}

async function save(name) {
  try {
    const address = URL.createObjectURL(await desk.fetchFile("print", { name }));
    const link = element("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  } catch (error) {
    desk.fault(error);
  }
}

function renderPreview() {
  const tables = element(
    "select",
    { id: "preview-table", onchange: (event) => preview("table", { index: Number(event.target.value) }) },
    ...ground.tables.map((titles, place) => element("option", { value: String(place), selected: shown?.kind === "table" && shown.asked.index === place }, both(titles))),
  );
  const page = element(
    "select",
    { id: "preview-page", onchange: (event) => event.target.value && preview("page", event.target.value === "+" ? { index: 0 } : { commune: event.target.value }) },
    element("option", { value: "" }, say("choosePage")),
    element("option", { value: "+", selected: shown?.kind === "page" && !shown.asked.commune }, say("pagesOfProvince")),
    ...ground.communes.map(([code, name]) => element("option", { value: code, selected: shown?.asked?.commune === code }, name)),
  );
  document.getElementById("preview")?.replaceChildren(
    ...[
    element("h2", { id: "preview-title" }, say("preview")),
    element("div", { class: "preview-pick" }, field(say("annexTable"), tables), field(say("atlasPage"), page)),
    ground.language === language() ? null : element("p", { class: "help", id: "printed-in" }, say("printedIn_" + ground.language)),
    shown?.kind === "page" ? atlasPage() : shown ? annexTable() : element("p", { class: "help" }, say("working")),
    ].filter(Boolean),
  );
}

function atlasPage() {
  const picture = element("img", { src: "data:image/png;base64," + shown.picture, alt: shown.name, class: "page-picture" });
  const turn = (by) => preview("page", { ...shown.asked, index: (shown.asked.index ?? 0) + by });
  const at = shown.asked.index ?? 0;
  const turner = shown.pages > 1 ? element("div", { class: "row" }, button("earlier", () => turn(-1), { disabled: at === 0 }), element("span", {}, `${at + 1} / ${shown.pages}`), button("later", () => turn(1), { disabled: at + 1 >= shown.pages })) : null;
  return element("div", { class: "stack" }, element("h3", {}, shown.name), turner, picture);
}

function annexTable() {
  const lines = [];
  for (const cell of shown.heads) {
    lines[cell.row] ??= element("tr", {});
    lines[cell.row].append(element("th", { scope: cell.columns > 1 ? "colgroup" : "col", colspan: String(cell.columns), rowspan: String(cell.rows) }, cell.text));
  }
  const rows = shown.rows.map((texts) => element("tr", {}, ...texts.map((text, place) => element("td", { class: "to-" + shown.aligns[place] }, text))));
  return element(
    "div",
    { class: "paper", tabindex: "0", role: "region", "aria-label": shown.title },
    element("h3", {}, shown.title),
    element("table", {}, element("thead", {}, ...lines), element("tbody", {}, ...rows)),
    ...shown.notes.map((note) => element("p", { class: "help" }, note)),
  );
}
