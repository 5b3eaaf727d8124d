// Figures as each language prints them: 155.000,5 and 155,000.5.
function formatNumber(value, decimals) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  const smallest = 10 ** -decimals;
  // A trace is not nothing: what would round to zero is printed as less than one unit.
  if (value > 0 && value < smallest / 2) return "<\u00a0" + plainNumber(smallest, decimals);
  return plainNumber(value, decimals);
}

const plainNumber = (value, decimals) => writtenNumber(value, decimals, state.language);

const formatHectares = (value) => formatNumber(value, 1);

function formatValue(measure, value) {
  if (measure === "cover") return formatNumber(value, 2);
  if (PERCENT.has(measure)) return formatNumber(value === null ? null : value * 100, 1);
  return formatHectares(value);
}

const unitOf = (measure) => (PERCENT.has(measure) ? "%" : "ha");

function withUnit(measure, value) {
  const text = formatValue(measure, value);
  return value === null ? word("noData") : text + "\u00a0" + unitOf(measure);
}

function formatBorder(measure, value) {
  const shown = measure !== "cover" && PERCENT.has(measure) ? value * 100 : value;
  for (let decimals = 0; decimals < 6; decimals += 1) {
    if (Math.abs(shown - Number(shown.toFixed(decimals))) < 1e-9 * Math.max(1, shown)) {
      return plainNumber(shown, decimals);
    }
  }
  return plainNumber(shown, 6);
}

// Days and months as each language writes them: 31/12/2025 and 2025-12-31.
function formatDay(text) {
  const dated = /^\d{4}-\d{2}(-\d{2})?$/.test(text);
  return state.language === "vi" && dated ? text.split("-").reverse().join("/") : text;
}

function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}
