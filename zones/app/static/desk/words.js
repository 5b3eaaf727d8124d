// The words of the page, in the language of the reader, and figures as that language writes them.
import { writtenNumber } from "/page/shared.js";

const KEPT = "zones-language";
const words = await (await fetch("/static/words.json")).json();
let spoken = localStorage.getItem(KEPT) === "en" ? "en" : "vi";

export const language = () => spoken;

export function setLanguage(chosen) {
  spoken = chosen;
  localStorage.setItem(KEPT, chosen);
}

export function say(key, values) {
  const text = words[spoken][key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "") : text;
}

// What a kind of layer is called; one that the program does not know is named as it is written.
export const kindName = (kind) => (words[spoken]["kind_" + kind] ? say("kind_" + kind) : say("kindUnknown", { kind: kind || "–" }));

export const both = (phrase) => (phrase ? (phrase[spoken] ?? phrase.vi) : "");

export function number(value, decimals = 0) {
  if (value === null || value === undefined) return "–";
  return writtenNumber(value, decimals, spoken);
}

// A day as the language of the page writes it.
export const day = (iso) => (spoken === "vi" ? iso.split("-").reverse().join("/") : iso);

// A day as a person types it in the language of the page, or as files write it; null where it is none.
export function typedDay(text) {
  const plain = text.trim();
  const written = spoken === "vi" ? /^(?<d>\d{1,2})[/.-](?<m>\d{1,2})[/.-](?<y>\d{4})$/.exec(plain) : null;
  const parts = (written ?? /^(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})$/.exec(plain))?.groups;
  if (!parts) return null;
  const iso = [parts.y, parts.m.padStart(2, "0"), parts.d.padStart(2, "0")].join("-");
  const known = new Date(iso + "T00:00:00Z"); // 31/02 rolls over into March
  return !Number.isNaN(known.getTime()) && known.toISOString().startsWith(iso) ? iso : null;
}

// Hectares without decimals that say nothing: 55.000, but 47.119,1.
export function hectares(value, decimals = 1) {
  if (value === null || value === undefined) return "–";
  return number(value, Math.abs(value - Math.round(value)) < 1e-9 ? 0 : decimals);
}

// A number as a person types it in the language of the page; nothing where it is none.
export function typedNumber(text) {
  const plain = text.trim().replace(/\s|\u00a0/g, "");
  const thousands = spoken === "vi" ? /\./g : /,/g;
  const written = plain.replace(thousands, "").replace(",", ".");
  const grouped = spoken === "vi" ? /^\d{1,3}(\.\d{3})*(,\d+)?$/ : /^\d{1,3}(,\d{3})*(\.\d+)?$/;
  const bare = spoken === "vi" ? /^\d+(,\d+)?$/ : /^\d+(\.\d+)?$/;
  return grouped.test(plain) || bare.test(plain) ? Number(written) : null;
}
