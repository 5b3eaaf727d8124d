"""Present areas: which layer tells of a crop, which of its years, and who has not reported yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Phrase
from layers.base.messages import message
from layers.kinds.crops import crop_phrase
from zones.measure.measure import NO_CLASS, is_unknown, newest_reports

#: Land that bears what its record names; elsewhere a species is a memory or a wish.
BEARING = ("planted_forest", "not_yet_forest", "crop", "report")


def without_earlier_surveys(measured: pd.DataFrame, earlier: set[str]) -> pd.DataFrame:
    """Leave out forest layers of earlier dates.

    They are there for the change of cover; the same stand of a crop is no second present area.
    """
    return measured[~measured["layer"].isin(earlier)]


def present_by_crop(measured: pd.DataFrame, chosen: dict[str, str]) -> pd.DataFrame:
    """Present area of each crop, from the one layer that tells.

    Present is what stands on planted forest, on land planted not yet forest, on plots of crops and
    in reports. Natural forest is never a production zone, and land that bears nothing yet (bare
    after harvest, say) has no present area, whatever species its record still names. Of a report
    with several years the newest of each crop counts. A commune of which the layer tells has 0 ha
    where it has none of the crop; a commune that no plot of the layer reaches, or that did not
    report, has no row: it is missing. A report that does not list a crop measures nothing.
    """
    found = measured[(measured["crop"] != "") & measured["land"].isin(BEARING)]
    layers = {str(crop): rows.unique() for crop, rows in found.groupby("crop")["layer"]}
    if unclear := crops_without_choice(layers, chosen):
        raise InputError(unclear)
    wanted = found["crop"].map(lambda crop: chosen.get(crop, layers[crop][0]))
    kept = newest_reports(found[(found["layer"] == wanted) & (found["commune_code"] != "")])
    has_ledger = kept.groupby("layer")["ledger_ha"].transform("count") > 0
    present = kept["ledger_ha"].where(has_ledger, kept["area_ha"])
    frame = kept.assign(present_ha=present)
    keys = ["crop", "commune_code", "layer"]
    unknown = is_unknown(frame)
    sums = frame[~unknown].groupby(keys, observed=True)["present_ha"].sum()
    of_layer = {str(crop): str(names[0]) for crop, names in layers.items()} | chosen
    known: pd.DataFrame = sums.reset_index()
    told = pd.concat([known, frame.loc[unknown, keys]])
    return pd.concat([known, _measured_as_nothing(told, measured, of_layer)])


def crops_without_choice(
    layers: Mapping[str, Iterable[str]], chosen: Mapping[str, str]
) -> Phrase | None:
    """Say which crops stand in several layers without a choice, and what to write."""
    unclear = {
        crop: sorted(names)
        for crop, names in sorted(layers.items())
        if len(set(names)) > 1 and crop not in chosen
    }
    if not unclear:
        return None
    listed = "; ".join(f"{crop}: {', '.join(names)}" for crop, names in unclear.items())
    entry = ", ".join(f"{crop}: {names[0]}" for crop, names in unclear.items())
    return message(
        "zones.measure.crops_in_several_layers", count=len(unclear), listed=listed, entry=entry
    )


def _measured_as_nothing(
    known: pd.DataFrame, measured: pd.DataFrame, of_layer: dict[str, str]
) -> pd.DataFrame:
    """Zeros of the communes of which a crop's layer tells and in which it has none of the crop."""
    have = set(zip(known["crop"], known["commune_code"], known["layer"], strict=True))
    mine = {layer: measured[measured["layer"] == layer] for layer in set(of_layer.values())}
    reached = {layer: _reached(rows, measured) for layer, rows in mine.items()}
    rows = [
        (crop, code, layer, 0.0)
        for crop, layer in of_layer.items()
        for code in _told(mine[layer], reached[layer], crop)
        if (crop, code, layer) not in have
    ]
    return pd.DataFrame(rows, columns=["crop", "commune_code", "layer", "present_ha"])


def _told(mine: pd.DataFrame, reached: set[str] | None, crop: str) -> list[str]:
    """Communes of which a layer tells whether they have a crop."""
    return sorted(_listed(mine, crop) if reached is None else reached)


def _reached(mine: pd.DataFrame, measured: pd.DataFrame) -> set[str] | None:
    """Communes that plots of a layer tell of: of the others nothing is known; None for a report."""
    if (mine["land"] == "report").any():
        return None
    if (mine["land"] == "crop").any():  # plots cover no commune whole: any map of it tells
        mine = measured[measured["land"] != "report"]
    return set(mine.loc[~mine["land"].isin(NO_CLASS), "commune_code"]) - {""}


def _listed(report: pd.DataFrame, crop: str) -> set[str]:
    """Communes that sent the report in the newest year in which it lists a crop.

    Of one that had the crop by its last report of it, and does not list it then, nobody knows.
    """
    mine = report[report["land"] == "report"]
    reports = mine[mine["ledger_ha"].notna()]
    listed = reports[reports["crop"] == crop]
    codes = reports.loc[reports["planting_year"] == listed["planting_year"].max()]
    last = _last_reports(mine[mine["crop"] == crop])
    return set(codes["commune_code"]) - set(last.index[last != 0]) if len(listed) else set()


def _last_reports(rows: pd.DataFrame) -> pd.Series[float]:
    """Hectares of a crop by commune in the last year that each reports it; missing with a blank."""
    year = rows.groupby("commune_code")["planting_year"].transform("max")
    last = rows[(rows["planting_year"] == year).fillna(False).to_numpy(dtype=bool)]
    sums = last.groupby("commune_code")["ledger_ha"]
    return sums.sum().where(sums.count() == sums.size())


def late_reporters(name: str, measured: pd.DataFrame, communes: pd.DataFrame) -> list[Finding]:
    """Find communes that a report has in an earlier year but not in the newest of the crop."""
    found = []
    names = communes.set_index("commune_code")["commune"]
    for crop, rows in measured[measured["ledger_ha"].notna()].groupby("crop"):
        newest = rows["planting_year"].max()
        now = set(rows.loc[rows["planting_year"] == newest, "commune_code"])
        last = _last_reports(rows[~rows["commune_code"].isin(now)])
        last = last[last > 0]  # of 0 ha nothing is left
        if last.empty:
            continue
        area = float(last.sum())
        found.append(
            Finding(
                severity="problem",
                kind="report-incomplete",
                source=name,
                message=message(
                    "zones.measure.report_incomplete",
                    crop=crop_phrase(str(crop)),
                    count=len(last),
                    names=[str(names.get(code, code)) for code in last.index],
                    area=area,
                    newest=newest,
                ),
                count=len(last),
                area_ha=area,
                examples=tuple(last.index[:5]),
            )
        )
    return found


def silent_communes(name: str, measured: pd.DataFrame, communes: pd.DataFrame) -> list[Finding]:
    """Tell communes that a report does not have in its newest year: missing, not 0 ha."""
    measured = measured[measured["ledger_ha"].notna()]
    newest = measured["planting_year"].max()
    now = set(measured.loc[measured["planting_year"] == newest, "commune_code"])
    silent = communes[~communes["commune_code"].isin(now)]
    if measured.empty or silent.empty:
        return []
    names = ", ".join(silent["commune"].head(5))
    more = " …" if len(silent) > 5 else ""
    what = message(
        "zones.measure.communes_not_reported",
        count=len(silent),
        newest=newest,
        names=names,
        more=more,
    )
    examples = tuple(silent["commune_code"].head(5))
    return [Finding("note", "report-without-communes", name, what, len(silent), examples=examples)]
