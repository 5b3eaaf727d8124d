// Start: the open project, those of late, the demo, a new one.
import { both, say } from "../desk/words.js";
import { button, element, field, keepForm, panel } from "../desk/dom.js";

let desk = null;
let box = null;

export async function open(node, theDesk) {
  [box, desk] = [node, theDesk];
  await desk.refresh();
  render();
}

export const speak = () => render();

function render() {
  const { hello } = desk;
  box.replaceChildren(
    element(
      "main",
      { class: "plain-room" },
      element("h1", {}, say("startTitle")),
      element("p", { class: "lead" }, say("startLead")),
      hello.fault ? element("p", { class: "warning" }, both(hello.fault)) : null,
      element("div", { class: "panels" }, nowPanel(hello), openPanel(hello), newPanel(hello), demoPanel()),
    ),
  );
}

async function enter(action, asked) {
  try {
    const answer = await desk.ask("start", action, asked);
    desk.forget("new-project");
    await desk.refresh(answer);
    await desk.go(desk.hello.project && action !== "new" ? "targets" : "files");
  } catch (error) {
    desk.fault(error);
  }
}

function nowPanel(hello) {
  if (!hello.project) return null;
  return panel(
    say("openNow"),
    element("p", { class: "name" }, both(hello.project.title)),
    element("p", { class: "help file-path" }, hello.at),
    element("div", { class: "row" }, button("goTargets", () => desk.go("targets"), { class: "main-button" }), button("goCheck", () => desk.go("check"))),
  );
}

function openPanel(hello) {
  const path = element("input", { type: "text", id: "open-path", spellcheck: "false", autocomplete: "off" });
  const items = hello.recent.map((at) =>
    element("li", {}, element("button", { type: "button", class: "link file-path", onclick: () => enter("open", { path: at }) }, at)),
  );
  return panel(
    say("openProject"),
    items.length ? element("ul", { class: "recent" }, ...items) : element("p", { class: "help" }, say("noRecent")),
    element(
      "form",
      {
        class: "row",
        onsubmit: (event) => {
          event.preventDefault();
          enter("open", { path: path.value });
        },
      },
      field(say("pathOfProject"), path),
      element("button", { type: "submit", class: "plain" }, say("open")),
    ),
  );
}

function newPanel(hello) {
  const path = element("input", { type: "text", id: "new-path", spellcheck: "false", autocomplete: "off", value: hello.here + "/ke-hoach" });
  const province = element(
    "select",
    { id: "new-province" },
    ...Object.entries(hello.provinces)
      // Keys that look like whole numbers come first in JavaScript, whatever their order was.
      .sort(([, one], [, other]) => one.localeCompare(other, "vi"))
      .map(([code, name]) => element("option", { value: code, selected: code === "20" }, name)),
  );
  return panel(
    say("newProject"),
    element("p", { class: "help" }, say("newHelp")),
    keepForm(desk, "new-project", element(
      "form",
      {
        class: "stack",
        onsubmit: (event) => {
          event.preventDefault();
          enter("new", { path: path.value, province: province.value });
        },
      },
      field(say("province"), province),
      field(say("folder"), path),
      element("button", { type: "submit", class: "main-button" }, say("make")),
    )),
  );
}

function demoPanel() {
  return panel(say("demoTitle"), element("p", { class: "help" }, say("demoHelp")), button("openDemo", () => enter("demo", {})));
}
