// The view in the address: #zone=…&measure=…&commune=…&told=…&year=…&plots=…&lang=…
function writeLink() {
  if (!settings.linked) return;
  const parts = new URLSearchParams();
  if (zoneNow()) parts.set("zone", zoneNow().id);
  parts.set("measure", state.measure);
  if (state.told) parts.set("told", state.told);
  if (state.year) parts.set("year", state.year);
  if (state.commune >= 0) parts.set("commune", communes.code[state.commune]);
  if (state.plots) parts.set("plots", state.plots);
  parts.set("lang", state.language);
  const fragment = "#" + parts.toString();
  if (location.hash === fragment) return;
  try {
    history.replaceState(null, "", fragment);
  } catch {
    // A viewer without an address of its own (a chat's preview) has nothing to write to.
  }
}

function readLink(view = location.hash) {
  const parts = new URLSearchParams(view.slice(1));
  const changes = {};
  const zone = data.zones.findIndex((item) => item.id === parts.get("zone"));
  if (zone >= 0) changes.zone = zone;
  if (data.measures.includes(parts.get("measure"))) changes.measure = parts.get("measure");
  if (parts.has("commune")) changes.commune = communes.code.indexOf(parts.get("commune"));
  if (words[parts.get("lang")]) changes.language = parts.get("lang");
  changes.told = TELLERS.includes(parts.get("told")) ? parts.get("told") : "";
  const plots = parts.get("plots") || "";
  changes.plots = plotLegends().some((legend) => legend.id === plots) ? plots : "";
  changes.year = "";
  const measure = changes.measure ?? state.measure;
  const shown = data.zones[changes.zone ?? state.zone];
  // The teller is not chosen yet: any of its years will do.
  const years =
    measure === "present" && severalTold(shown)
      ? tellersOf(shown).flatMap((name) => shown.told[name].years)
      : yearsOf(measure, shown);
  if (years.includes(parts.get("year"))) changes.year = parts.get("year");
  return changes;
}
