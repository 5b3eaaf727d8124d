// The edits of a session: lines KEY=VALUE as the command line takes them, with a way back.
import { both, hectares, number, say } from "./words.js";

const keyOf = (line) => line.split("=", 1)[0];

const MOST_STEPS = 200;

export class Edits {
  // `steps` are those before the room was left; edits made elsewhere meanwhile are one more step.
  constructor(lines, keep, steps = null) {
    this.past = steps?.past ?? [lines];
    this.future = steps?.future ?? [];
    this.keep = () => keep(this.lines, { past: this.past, future: this.future });
    if (JSON.stringify(this.lines) === JSON.stringify(lines)) return;
    this.past = [...this.past, lines];
    this.future = [];
  }

  get lines() {
    return this.past.at(-1);
  }

  get canUndo() {
    return this.past.length > 1;
  }

  get canRedo() {
    return this.future.length > 0;
  }

  // One line per key, the latest word.
  set(line) {
    const rest = this.lines.filter((item) => keyOf(item) !== keyOf(line));
    this.put(line.endsWith("=") ? rest : [...rest, line]);
  }

  drop(line) {
    this.put(this.lines.filter((item) => item !== line));
  }

  put(lines) {
    this.past.push(lines);
    this.future = [];
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.keep();
  }

  undo() {
    if (!this.canUndo) return;
    this.future.push(this.past.pop());
    this.keep();
  }

  redo() {
    if (!this.canRedo) return;
    this.past.push(this.future.pop());
    this.keep();
  }

  dropRedo() {
    this.future = [];
    this.keep();
  }

  of(zone) {
    return this.lines.filter((line) => keyOf(line).split(".")[1] === zone);
  }

  valueOf(key) {
    const line = this.lines.find((item) => keyOf(item) === key);
    return line === undefined ? null : line.slice(key.length + 1);
  }

  // An edit as a person says it.
  describe(line, ground) {
    const [what, zone, code] = keyOf(line).split(".");
    const value = line.slice(keyOf(line).length + 1);
    const name = both(ground.zones.find((item) => item.zone === zone)?.name) || zone || "";
    const place = ground.page.communes.code.indexOf(code);
    const commune = place >= 0 ? ground.page.communes.name[place] : (code ?? "");
    const numeric = /^\d+(\.\d+)?$/.test(value);
    const plain = what === "year" ? value : what === "importance" ? number(Number(value), 1) : null;
    const [lock, area] = value.split(":");
    const shown = plain ?? (numeric ? hectares(Number(value)) : say("value_" + lock) === "value_" + lock ? value : say("value_" + lock));
    return say("edit_" + what, { zone: name, commune, value: area ? `${shown} ${hectares(Number(area))} ha` : shown });
  }
}
