// Small things that the rooms build their pages from.
import { element } from "/page/shared.js";
import { say, typedDay } from "./words.js";

export { element };
export const byId = (id) => document.getElementById(id);

export function button(key, onclick, attributes = {}) {
  return element("button", { type: "button", class: "plain", onclick, ...attributes }, say(key));
}

export function field(label, input, note) {
  return element(
    "label",
    { class: "field" },
    element("span", { class: "field-name" }, label),
    input,
    note ? element("span", { class: "help" }, note) : null,
  );
}

// A day as the language of the page writes it, whatever the browser's own language is.
export function dayInput(attributes) {
  const input = element("input", { type: "text", class: "date", autocomplete: "off", placeholder: say("dayForm"), ...attributes });
  input.dataset.expected = "dayExpected";
  input.addEventListener("input", () => input.setCustomValidity(input.value && !typedDay(input.value) ? say("dayExpected") : ""));
  return input;
}

export function panel(title, ...children) {
  return element("section", { class: "panel" }, element("h2", {}, title), ...children);
}

export function table(heads, rows, attributes = {}) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  return element(
    "div",
    { class: "table-box", tabindex: "0", role: "region", "aria-label": attributes.label ?? "" },
    element(
      "table",
      { class: attributes.class ?? "" },
      element("thead", {}, head),
      element("tbody", {}, ...rows),
    ),
  );
}

export function cells(...texts) {
  return texts.map((text) =>
    text instanceof Node ? element("td", {}, text) : element("td", {}, String(text ?? "")),
  );
}

// A place to drop files on, or to pick them.
export function dropZone(label, take) {
  const pick = element("input", { type: "file", multiple: true, id: "drop-pick", class: "unseen", onchange: (event) => take([...event.target.files]) });
  const zone = element("label", { class: "drop", for: "drop-pick" }, pick, element("span", {}, label));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { event.preventDefault(); zone.classList.remove("over"); take([...event.dataTransfer.files]); });
  return zone;
}

// The same focus before and after something is drawn again.
export function keepingFocus(draw) {
  const key = document.activeElement?.dataset?.focus;
  draw();
  if (!key) return;
  const node = document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
  if (node && node !== document.activeElement) node.focus({ preventScroll: true });
}

// What a field lacks stands below it in the language of the page; browsers speak their own.
export function ownMessages(root) {
  root.addEventListener(
    "invalid",
    (event) => {
      event.preventDefault();
      const input = event.target;
      tellFault(input, input.validity.valueMissing ? say(input.matches("select, [type=radio]") ? "choiceNeeded" : input.dataset.expected ?? "valueNeeded") : input.validationMessage);
      if (input.form?.querySelector(":is(input, select, textarea):invalid") === input) input.focus();
    },
    true,
  );
  // As soon as it is mended, not when the field is left: a click on its way would miss what moved.
  root.addEventListener("input", (event) => {
    if (event.target.hasAttribute?.("aria-invalid") && event.target.validity.valid) tellFault(event.target, "");
  });
}

function tellFault(input, words) {
  const id = `${input.id || input.dataset.field || input.name}-fault`;
  document.getElementById(id)?.remove();
  input.toggleAttribute("aria-invalid", Boolean(words));
  input.removeAttribute("aria-describedby");
  if (!words) return;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  input.after(element("span", { class: "field-fault", id, role: "alert" }, words));
}

// What was typed and chosen in a form, by what each field is called; what leads elsewhere is left out.
const nameOf = (input) => input.id || input.dataset.field || input.name;
const fieldsOf = (form) => [...form.querySelectorAll("input, select, textarea")].filter((input) => input.type !== "file" && nameOf(input) && !("leads" in input.dataset));
const isTicked = (input) => ["checkbox", "radio"].includes(input.type);

// What stands in each field; of radio buttons the one that is chosen.
const wordsOf = (form) => fieldsOf(form).filter((input) => input.type !== "radio" || input.checked).map((input) => [nameOf(input), input.type === "checkbox" ? input.checked : input.value]);

// A half-filled form outlives the room, the language and the page: what a person changed in it is
// kept under a name. What the form came with is not, since it may have changed when it comes again.
export function keepForm(desk, name, form) {
  const fresh = new Map(wordsOf(form));
  const keep = () => desk.keep(name, Object.fromEntries(wordsOf(form).filter(([key, value]) => fresh.get(key) !== value)));
  fillForm(form, desk.kept(name, {}));
  for (const kind of ["input", "change"]) form.addEventListener(kind, keep);
  return form;
}

function fillForm(form, kept) {
  for (const input of fieldsOf(form)) {
    const value = kept[nameOf(input)];
    if (value === undefined) continue;
    const before = isTicked(input) ? input.checked : input.value;
    if (input.type === "checkbox") input.checked = value;
    else if (input.type === "radio") input.checked = input.value === value;
    else if (input.tagName !== "SELECT" || [...input.options].some((option) => option.value === value)) input.value = value;
    if ((isTicked(input) ? input.checked : input.value) !== before) for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}
