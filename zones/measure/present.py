"""Present areas: which layer tells of a crop, which of its years, and who has not reported yet."""

from __future__ import annotations

import pandas as pd

from layers.base.errors import InputError
from layers.base.findings import Finding
from layers.base.language import Phrase, format_number

__all__ = ["late_reporters", "newest_reports", "present_by_crop", "without_earlier_surveys"]

#: Land that bears what its record names; elsewhere a species is a memory or a wish.
_BEARING = ("planted_forest", "not_yet_forest", "crop", "report")


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
    with several years the newest of each crop counts. A crop that the project takes from a layer
    without a hectare of it is measured as 0 ha; a report that does not list it measures nothing.
    """
    found = measured[(measured["crop"] != "") & measured["land"].isin(_BEARING)]
    layers = found.groupby("crop")["layer"].unique()
    unclear = {
        crop: sorted(names)
        for crop, names in layers.items()
        if len(names) > 1 and crop not in chosen
    }
    if unclear:
        listed = "; ".join(f"{crop}: {', '.join(names)}" for crop, names in unclear.items())
        raise InputError(
            en=f"{len(unclear)} crops stand in several layers ({listed}); say in the project file "
            "which layer gives the present area, for instance 'present: {pine: forest}'.",
            vi=f"{len(unclear)} cây trồng có trong nhiều lớp ({listed}); hãy ghi trong tệp dự án "
            "lớp nào cho diện tích hiện trạng, ví dụ 'present: {pine: forest}'.",
        )
    wanted = found["crop"].map(lambda crop: chosen.get(crop, layers[crop][0]))
    kept = newest_reports(found[(found["layer"] == wanted) & (found["commune_code"] != "")])
    has_ledger = kept.groupby("layer")["ledger_ha"].transform("count") > 0
    present = kept["ledger_ha"].where(has_ledger, kept["area_ha"])
    frame = kept.assign(present_ha=present)
    sums = frame.groupby(["crop", "commune_code", "layer"], observed=True)["present_ha"].sum()
    return pd.concat([sums.reset_index(), _measured_as_nothing(sums, measured, chosen)])


def newest_reports(measured: pd.DataFrame) -> pd.DataFrame:
    """Keep the newest year of each crop of a report; other land is kept as it is."""
    reports = (measured["land"] == "report").to_numpy()
    mine = measured[reports]
    newest = mine.groupby(["layer", "crop"])["planting_year"].transform("max")
    kept = mine.index[(mine["planting_year"] == newest).to_numpy(dtype=bool)]
    return measured[~reports | measured.index.isin(kept)]


def _measured_as_nothing(
    sums: pd.Series[float], measured: pd.DataFrame, chosen: dict[str, str]
) -> pd.DataFrame:
    have = set(sums.index.get_level_values("crop"))
    codes = sorted(set(measured["commune_code"]) - {""})
    covering = set(measured.loc[measured["land"] != "report", "layer"])
    rows = [
        (crop, code, layer, 0.0)
        for crop, layer in chosen.items()
        if crop not in have and layer in covering
        for code in codes
    ]
    return pd.DataFrame(rows, columns=["crop", "commune_code", "layer", "present_ha"])


def late_reporters(name: str, measured: pd.DataFrame) -> list[Finding]:
    """Find communes that a report has in an earlier year but not in the newest of the crop."""
    found = []
    for crop, rows in measured.groupby("crop"):
        newest = rows["planting_year"].max()
        now = set(rows.loc[rows["planting_year"] == newest, "commune_code"])
        late = rows[~rows["commune_code"].isin(now)].sort_values("planting_year")
        last = late.groupby("commune_code").last()
        if last.empty:
            continue
        area = float(last["ledger_ha"].sum())
        codes = ", ".join(last.index[:5])
        found.append(
            Finding(
                severity="problem",
                kind="report-incomplete",
                source=name,
                message=Phrase(
                    en=f"{crop}: {len(last)} communes ({codes}) reported "
                    f"{format_number(area, 'en', decimals=2)} ha in an earlier year and nothing in "
                    f"{newest}, which counts; ask them, or report 0 where nothing is left.",
                    vi=f"{crop}: {len(last)} xã ({codes}) có "
                    f"{format_number(area, 'vi', decimals=2)} ha ở năm trước nhưng chưa báo cáo "
                    f"năm {newest} (năm được tính); hãy hỏi lại, hoặc ghi 0 nếu không còn.",
                ),
                count=len(last),
                area_ha=area,
                examples=tuple(last.index[:5]),
            )
        )
    return found
