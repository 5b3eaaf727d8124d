// The desk: its rooms, its language, what the worker is doing, and whether anybody answers.
import { ask, Fault, fetchFile, listen, stopWork, takeAway, upload } from "./desk/net.js";
import { both, language, say, setLanguage } from "./desk/words.js";
import { byId, element, ownMessages } from "./desk/dom.js";

const ROOMS = ["start", "files", "check", "targets", "scenarios", "cover", "reports", "print"];
const ALWAYS = new Set(["start"]);

const desk = {
  hello: null,
  room: "",
  module: null,
  // Edits outlive a page that is loaded again and a server that is started again.
  kept: (name, fallback) => JSON.parse(sessionStorage.getItem(keyOf(name)) ?? "null") ?? fallback,
  keep: (name, value) => sessionStorage.setItem(keyOf(name), JSON.stringify(value)),
  forget: (name) => sessionStorage.removeItem(keyOf(name)),
  ask: guarded(ask),
  fetchFile: guarded(fetchFile),
  upload: guarded(upload),
  takeAway: guarded(takeAway),
  // A question that changes nothing is asked again when its worker ended or the program was gone.
  async read(room, action, asked) {
    const before = stops;
    for (let ended = 0; ; ) {
      try {
        return await desk.ask(room, action, asked);
      } catch (error) {
        const again = error.status === 0 || (error.status === 503 && ended < MOST_ENDED);
        if (!again || stops !== before) throw error;
        if (error.status === 503) ended += 1;
        else await new Promise((done) => setTimeout(done, 1500));
      }
    }
  },
  fault: showFault,
  go: openRoom,
  async refresh(hello) {
    desk.hello = hello ?? (await desk.read("start", "hello"));
    renderShell();
    return desk.hello;
  },
};

const keyOf = (name) => `zones:${desk.hello?.at ?? ""}:${name}`;
const MOST_ENDED = 2; // A worker that ends each time is told
let stops = 0; // How often the reader stopped the work
let busy = 0;
let work = null;
let workTimer = 0;

// Whatever a room asks for: of the project of this page alone, and the page shows that it waits.
function guarded(send) {
  return async (...asked) => {
    clearFault();
    busy += 1;
    showWork();
    try {
      if (wasLost) await goOn();
      return await send(...asked);
    } catch (error) {
      wasLost ||= error.status === 0;
      throw error;
    } finally {
      busy -= 1;
      if (!busy) work = null;
      showWork();
    }
  };
}

function showFault(error) {
  if (!(error instanceof Fault)) throw error;
  const box = byId("fault");
  box.hidden = false;
  box.replaceChildren(
    element("span", {}, both(error.words)),
    element("button", { type: "button", class: "close", "aria-label": say("close"), onclick: clearFault }, "×"),
  );
}

function clearFault() {
  byId("fault").hidden = true;
}

// Work that is over at once is not announced.
function showWork() {
  clearTimeout(workTimer);
  document.body.toggleAttribute("data-busy", busy > 0);
  const box = byId("work");
  if (!busy) {
    box.hidden = true;
    return;
  }
  if (box.hidden) workTimer = setTimeout(renderWork, 700);
  else renderWork();
}

function renderWork() {
  if (!busy) return;
  byId("work").hidden = false;
  const step = work?.step ? both(work.step) : say("working");
  const place = work?.total > 1 ? `${work.number}/${work.total} · ` : "";
  const text = place + step;
  if (byId("work-text").textContent !== text) byId("work-text").textContent = text;
  const bar = byId("work-bar");
  bar.setAttribute("aria-label", step);
  if (work?.of) bar.value = (100 * work.done) / work.of;
  else bar.removeAttribute("value");
}

function hear(what) {
  if (what.step) work = what;
  else if (what.of) work = { ...work, ...what };
  showWork();
}

// A program that was started again may know nothing of the project of this page: it is opened there
// before anything else is asked. Where another one is open, or this one opens no more, the page shows
// that, and what was asked for is not done.
let wasLost = false;
let goingOn = null;

const goOn = () => (goingOn ??= openAgain().finally(() => (goingOn = null)));

async function openAgain() {
  const at = desk.hello?.at;
  let now = await ask("start", "hello");
  let fault = new Fault({ vi: say("otherOpen"), en: say("otherOpen") }, 409);
  if (at && !now.at) {
    try {
      now = await ask("start", "open", { path: at });
    } catch (error) {
      if (error.status === 0) throw error;
      fault = error;
    }
  }
  wasLost = false;
  await desk.refresh(now);
  if (!at || now.at === at) return;
  openRoom(firstRoom()).then(() => showFault(fault)); // What a room asks for clears the line
  throw fault;
}

function showLost(why) {
  if (why === "server") wasLost = true;
  else if (!why && wasLost) goOn().catch(showFault);
  const box = byId("lost");
  box.hidden = !why;
  box.textContent = why === "token" ? say("lostToken") : why ? say("lostServer") : "";
}

function renderShell() {
  document.documentElement.lang = language();
  const project = desk.hello?.project;
  const title = project ? both(project.title) : "Vùng Trồng";
  byId("bar-title").textContent = title;
  document.title = project ? `${say("room_" + (desk.room || "start"))} · ${title}` : "Vùng Trồng";
  byId("bar-demo").hidden = !project?.demo;
  byId("bar-read-only").hidden = !desk.hello?.readOnly;
  byId("bar-read-only").textContent = desk.hello?.readOnly ? say("readOnly_" + desk.hello.readOnly) : "";
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  byId("bar-languages").setAttribute("aria-label", say("language"));
  for (const choice of byId("bar-languages").children)
    choice.setAttribute("aria-pressed", String(choice.dataset.language === language()));
  byId("rooms").setAttribute("aria-label", say("rooms"));
  byId("told").setAttribute("aria-label", say("told"));
  const bar = byId("rooms");
  bar.replaceChildren(...ROOMS.map(roomLink));
  const here = bar.querySelector("[aria-current]"); // in sight where the bar is wider than the screen
  if (here) bar.scrollLeft += here.getBoundingClientRect().left - bar.getBoundingClientRect().left - (bar.clientWidth - here.offsetWidth) / 2;
}

const isOpen = (room) => ALWAYS.has(room) || desk.hello?.project || (room === "files" && desk.hello?.at);

function roomLink(room, place) {
  const open = isOpen(room);
  return element(
    "button",
    {
      type: "button",
      class: "room-link",
      "data-room": room,
      "data-focus": "room-" + room,
      disabled: !open,
      ...(desk.room === room ? { "aria-current": "page" } : {}),
      onclick: () => openRoom(room),
    },
    element("span", { class: "room-number", "aria-hidden": "true" }, String(place + 1)),
    element("span", {}, say("room_" + room)),
  );
}

const firstRoom = () => (desk.hello.project ? "targets" : desk.hello.at ? "files" : "start");

let opening = 0;

async function openRoom(room) {
  opening += 1;
  const mine = opening;
  desk.module?.close?.();
  desk.room = room;
  desk.module = null;
  renderShell();
  if (opening > 1) document.querySelector(`[data-room="${room}"]`)?.focus();
  // A room that is left before it stands goes on writing, into a body that is no longer shown
  const box = element("div", { class: "room-body" });
  box.append(element("main", { class: "plain-room" }, element("p", { class: "help" }, say("working"))));
  byId("room").className = "room-" + room;
  byId("room").replaceChildren(box);
  try {
    const module = await import(`./rooms/${room}.js`);
    if (mine !== opening) return;
    desk.module = module;
    await module.open(box, desk);
  } catch (error) {
    if (mine !== opening) return;
    const ways = ["files", "check"].filter((other) => other !== room && isOpen(other));
    const steps = ways.map((other) => element("button", { type: "button", class: "plain", onclick: () => openRoom(other) }, say("room_" + other)));
    box.replaceChildren(
      element("main", { class: "plain-room" }, element("h1", {}, say("room_" + room)), element("p", {}, say("notOpened")), element("div", { class: "row" }, ...steps)),
    );
    showFault(error);
  }
}

async function speak(chosen) {
  setLanguage(chosen);
  renderShell();
  if (desk.module?.speak) desk.module.speak();
  else if (desk.room) await openRoom(desk.room);
}

async function start() {
  for (const choice of byId("bar-languages").children)
    choice.addEventListener("click", () => speak(choice.dataset.language));
  byId("work-stop").addEventListener("click", () => {
    stops += 1;
    stopWork().catch(showFault);
  });
  byId("to-room").addEventListener("click", (event) => {
    event.preventDefault();
    byId("room").focus();
  });
  renderShell();
  ownMessages(byId("room"));
  listen(hear, showLost);
  try {
    const hello = await desk.refresh();
    // Started with nothing: where the user was last, else the demo.
    if (!hello.at && hello.demo) {
      const [last] = hello.recent;
      await desk.refresh(await (last ? desk.ask("start", "open", { path: last }) : desk.ask("start", "demo")));
    }
    await openRoom(firstRoom());
  } catch (error) {
    showFault(error);
    await openRoom("start");
  }
}

start();
