// What is chosen now. The data of the page, its words and its settings are handed in: by the file
// from inside, by a server to a page that it serves.
const communes = data.communes;
const communeCount = communes.code.length;
// So many communes that drawing them all again is felt.
const MANY = communeCount > 500;
const PERCENT = new Set(["share", "held", "cover"]);
const MEASURE_ORDER = ["present", "share", "held", "planned", "gap", "cover", "available"];

const state = {
  plots: "",
  language: data.language,
  zone: 0,
  measure: data.zones.length ? "present" : "cover",
  year: "",
  told: "",
  commune: -1,
  sort: "value",
  descending: true,
  onlyListed: false,
  scheme: 0,
};

const onPhone = () => window.matchMedia("(max-width: 760px)").matches;
const byId = (id) => document.getElementById(id);

function word(key, values) {
  const text = words[state.language][key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (_, name) => values[name]) : text;
}

const listedSets = data.zones.map((zone) => new Set(zone.listed));
const zoneNow = () => data.zones[state.zone];
const zoneName = (zone) => zone.name[state.language];
const isListed = (commune, zone = state.zone) => listedSets[zone].has(commune);
// A list that names the whole province marks nothing.
const listTells = (zone = zoneNow()) =>
  Boolean(zone) && zone.list !== "province" && zone.listed.length > 0;
const communeName = (commune) => communes.name[commune];
const hasShape = (commune) => communes.rings[commune] !== null;

// Forest cover belongs to no zone, so no list is marked on it.
const marksShown = () => state.measure !== "cover" && listTells();

function fullName(commune) {
  const kind = communes.kind[commune];
  const name = communeName(commune);
  if (!kind) return name;
  if (state.language === "en") return name + " " + (words.en["kind " + kind] ?? kind);
  return kind[0].toUpperCase() + kind.slice(1) + " " + name;
}

// The years of planting are not those of forest cover or of the reports: a chosen year belongs to
// one of them.
const coverChosen = () => state.measure === "cover";
const ownerOf = (measure) =>
  measure === "cover" || (measure === "present" && severalTold(zoneNow())) ? measure : "planned";
const yearOf = (measure) => (ownerOf(measure) === ownerOf(state.measure) ? state.year : "");

function valuesOf(measure, zone = zoneNow(), year = yearOf(measure)) {
  if (measure === "cover") return coverIn(year);
  if (!zone) return null;
  if (measure === "present" && toldChosen(zone)) return toldValues(zone);
  if (measure === "planned" && year) return (zone.years && zone.years[year]) || null;
  return zone.values[measure] || null;
}

// Today's rates, or those forecast for a year.
function coverIn(year) {
  if (!data.cover) return null;
  return year ? data.coverPath.rate[pathPlace(year)] : data.cover.cover_percent;
}

const pathPlace = (year) => data.coverPath.years.indexOf(Number(year));

function classingsOf(measure, zone = zoneNow()) {
  if (measure === "cover") return data.coverClasses;
  if (!zone) return [];
  if (measure === "planned" && state.year) return zone.classes.year || [];
  if (measure === "present" && toldChosen(zone)) return zone.classes.told;
  return zone.classes[measure] || [];
}

function classingNow() {
  const options = classingsOf(state.measure);
  return options[Math.min(state.scheme, options.length - 1)] || { scheme: "none", breaks: [] };
}

// What keeps a commune from taking more of a zone; said where it is more than "no more is asked".
function limitOf(commune, zone = zoneNow()) {
  const place = zone && zone.limits ? zone.limits[commune] : null;
  const limit = place === null ? null : data.limits[place];
  return limit === null || limit === "target" ? "" : word("limit " + limit);
}

// The interval belongs to the present area, and to its shares.
const UNSURE_SHOWN = new Set(["present", "share", "held"]);
const hatchShown = () =>
  Boolean(zoneNow()?.interval) && UNSURE_SHOWN.has(state.measure) && !otherTold(zoneNow());
const unsureNow = () =>
  hatchShown()
    ? [...communes.code.keys()].filter((commune) => zoneNow().interval.unsure[commune])
    : [];

function intervalText(commune, zone) {
  const told = zone ? zone.interval : null;
  if (!told || told.low[commune] === null) return "";
  return formatHectares(told.low[commune]) + "–" + formatHectares(told.high[commune]);
}

// Points may put the interval beside the map's figure: it is then not one around it.
function pointsDisagree(commune, zone) {
  const { low, high, own } = zone.interval;
  const present = zone.values.present?.[commune] ?? null;
  if (own[commune] === null || present === null) return false;
  return present < low[commune] || present > high[commune];
}

function intervalLine(commune, zone) {
  const text = intervalText(commune, zone);
  if (!text) return "";
  if (pointsDisagree(commune, zone)) return word("intervalByPoints", { a: text + "\u00a0ha" });
  return word("interval") + ": " + text + "\u00a0ha";
}

// What a reader of one commune should know of its figure: interval, verdict, what makes it unsure.
function sureLines(commune) {
  const line = intervalLine(commune, zoneNow());
  if (!line) return [];
  const told = zoneNow().interval;
  const lines = [line];
  const verdict = told.verdict[commune];
  if (verdict) lines.push(word("ownTarget") + ": " + word("verdict " + verdict));
  const why = told.unsure[commune];
  if (why && why !== "cannot_tell")
    lines.push(word("unsure " + why, { own: formatNumber(100 * told.own[commune], 0) }));
  return lines;
}

// Years to choose from; of forest cover those to come, today's rates stand before them.
function yearsOf(measure, zone) {
  if (measure === "cover") return data.coverPath ? data.coverPath.years.slice(1).map(String) : [];
  if (measure === "present" && severalTold(zone)) return zone.told[tellerOf(zone)].years;
  return zone && zone.years ? Object.keys(zone.years) : [];
}

const yearsNow = () => yearsOf(state.measure, zoneNow());

function targetOf(zone) {
  return data.targets.find((target) => target.main && target.zone === zone.id) || null;
}
