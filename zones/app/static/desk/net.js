// The one way to the server: every question carries the token that stood in the address.
const KEPT = "zones-token";

function readToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", "/");
  }
  return given || sessionStorage.getItem(KEPT) || "";
}

const token = readToken();

// What went wrong, in both languages.
export class Fault extends Error {
  constructor(words, status) {
    super(words.en);
    this.words = words;
    this.status = status;
  }
}

const LOST = {
  vi: "Mất kết nối với chương trình. Các thay đổi vẫn còn trên trang này.",
  en: "The program does not answer. Your edits are still on this page.",
};

async function send(path, body, kind = "application/json") {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "x-zones-token": token, "content-type": kind },
      body,
      cache: "no-store",
    });
  } catch {
    throw new Fault(LOST, 0);
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({ error: LOST }));
  throw new Fault(told.error ?? LOST, answer.status);
}

export async function ask(room, action, asked = {}) {
  return (await send(`/do/${room}/${action}`, JSON.stringify(asked))).json();
}

export async function fetchFile(room, asked) {
  return (await send(`/file/${room}`, JSON.stringify(asked))).blob();
}

export async function upload(file, year = "") {
  const path = "/upload?name=" + encodeURIComponent(file.name.normalize("NFC")) + (year ? `&year=${year}` : "");
  return (await send(path, file, "application/octet-stream")).json();
}

export async function takeAway(path) {
  return (await send("/take-away", JSON.stringify({ path }))).json();
}

export const stopWork = () => send("/stop", "{}");

// Listens to what the worker tells, for as long as the page is open; says when the line is cut.
export async function listen(hear, lost) {
  for (;;) {
    try {
      const answer = await fetch("/events", { headers: { "x-zones-token": token } });
      if (answer.status === 401) {
        lost("token");
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      lost("");
      await readLines(answer.body.getReader(), hear);
    } catch {
      // The server is gone or starts again: the page goes on asking.
    }
    lost("server");
    await new Promise((done) => setTimeout(done, 1500));
  }
}

async function readLines(reader, hear) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) if (event.startsWith("data: ")) hear(JSON.parse(event.slice(6)));
  }
}
