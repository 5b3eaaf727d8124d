// What other pages use as well, and what needs no data: elements, written numbers, rings.
function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") node.toggleAttribute(name, value);
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// A part of a drawing.
function svgElement(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// A figure as a language prints it: 155.000,5 and 155,000.5.
function writtenNumber(value, decimals, language) {
  const [whole, part] = Math.abs(value).toFixed(decimals).split(".");
  const vietnamese = language === "vi";
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, vietnamese ? "." : ",");
  const text = part ? grouped + (vietnamese ? "," : ".") + part : grouped;
  return value < 0 && /[1-9]/.test(text) ? "−" + text : text;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const letterValues = new Uint8Array(128);
for (let i = 0; i < 64; i += 1) letterValues[ALPHABET.charCodeAt(i)] = i;

// Points of a ring, latitude first, from steps of a grid.
function decodeRing(text, [west, south, step]) {
  const points = [];
  let x = 0,
    y = 0,
    current = 0,
    shift = 0,
    first = true;
  for (let i = 0; i < text.length; i += 1) {
    const bits = letterValues[text.charCodeAt(i)];
    current |= (bits & 31) << shift;
    if (bits & 32) {
      shift += 5;
      continue;
    }
    const change = current & 1 ? -((current + 1) >> 1) : current >> 1;
    current = shift = 0;
    if (first) {
      x += change;
      first = false;
      continue;
    }
    y += change;
    first = true;
    points.push([south + y * step, west + x * step]);
  }
  return points;
}
