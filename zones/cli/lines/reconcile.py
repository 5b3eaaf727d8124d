"""Lines that ``zones reconcile`` prints."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from layers.base.errors import InputError
from layers.base.language import Language, Phrase, format_number
from layers.base.messages import message
from layers.kinds.crops import crop_named, load_crops
from zones.output.text_table import table_lines
from zones.reports.reconciliation.reconcile import USUAL_ERRORS, WITNESSES

if TYPE_CHECKING:
    from zones.project.model import ReconcileSettings
    from zones.run.reconciliation import SideBySide


def _crop_names(language: Language) -> dict[Any, str]:
    return dict(load_crops().set_index("crop")[f"name_{language}"])


def table_of_differences(
    found: SideBySide, decimals: int, most: int, language: Language
) -> Iterator[str]:
    """The largest differences, what they are likely due to, and how well the witnesses agree."""
    names = _crop_names(language)
    rows = [
        [
            message(f"zones.cli.witness_{word}").text(language)
            for word in ("where", "map", "register", "report", "reconciled", "leads")
        ]
    ]
    # Where a report is the only one that tells, nothing contradicts it: told in one line below.
    apart = found.table[~found.table["cause"].isin(["", "out_of_reach"])]
    alone = found.table[found.table["cause"] == "out_of_reach"]
    for row in apart.head(most).to_dict("records"):
        figures = [
            format_number(float(row[f"{name}_ha"]), language, decimals=decimals)
            for name in (*WITNESSES, "reconciled")
        ]
        place = f"{names.get(row['crop'], row['crop'])}, {row['commune']}"
        lead = message(f"zones.cli.witness_{row['leads']}").text(language)
        rows.append([place, *figures, lead])
    lines = table_lines(rows)
    yield lines[0]
    for line, row in zip(lines[1:], apart.head(most).to_dict("records"), strict=True):
        yield line
        yield f"    {row[f'evidence_{language}']}"
    if len(alone):
        yield message(
            "zones.cli.reports_alone", rows=len(alone), area_ha=float(alone["report_ha"].sum())
        ).text(language)
    result = found.result
    yield message(
        "zones.cli.agreement",
        rows=len(found.table),
        apart=len(apart),
        statistic=result.statistic,
        freedom=result.freedom,
        chance=100 * result.probability,
    ).text(language)


def explained(
    found: SideBySide, asked: str, settings: ReconcileSettings, language: Language
) -> Iterator[str]:
    """How one reconciled figure came about: each witness, its weight, and what the sums moved."""
    row = _row(found, asked)
    errors = USUAL_ERRORS | dict(settings.error_percent)
    yield message(
        "zones.cli.explain_head",
        crop=_crop(row, language),
        commune=row["commune"],
        code=row["commune_code"],
    ).text(language)
    for name in WITNESSES:
        area = float(row[f"{name}_ha"])
        if math.isnan(area):
            continue
        yield message(
            "zones.cli.explain_witness",
            witness=message(f"zones.cli.witness_{name}"),
            area_ha=area,
            error_percent=errors[name],
            moved_ha=float(row["reconciled_ha"]) - area,
        ).text(language)
    yield message("zones.cli.explain_sums", moved_ha=float(row["by_sums_ha"])).text(language)
    yield message(
        "zones.cli.explain_result",
        area_ha=float(row["reconciled_ha"]),
        error_ha=float(row["standard_error_ha"]),
        leads=message(f"zones.cli.witness_{row['leads']}"),
        leading_ha=float(row["leading_ha"]),
    ).text(language)
    if row["suspect"]:
        yield message(
            "zones.cli.explain_suspect",
            witness=message(f"zones.cli.witness_{row['suspect']}"),
            strain=abs(float(row["strain"])),
        ).text(language)
    if row["cause"]:
        evidence = Phrase(en=row["evidence_en"], vi=row["evidence_vi"])
        yield message("zones.cli.explain_cause", evidence=evidence).text(language)


def _crop(row: dict[Any, Any], language: Language) -> str:
    return _crop_names(language).get(row["crop"], str(row["crop"]))


def _row(found: SideBySide, asked: str) -> dict[Any, Any]:
    """Row of ``CROP:COMMUNE``, each by id or name."""
    crop, _, place = (part.strip() for part in asked.partition(":"))
    table = found.table
    wanted = {crop, crop_named(crop)[0]} - {""}
    rows = table[table["crop"].isin(wanted)]
    rows = rows[
        (rows["commune_code"] == place) | (rows["commune"].str.casefold() == place.casefold())
    ]
    if len(rows) != 1:
        known = table["crop"].drop_duplicates().tolist()
        raise InputError("zones.cli.explain_unknown", asked=asked, crops=known, count=len(rows))
    first: dict[Any, Any] = rows.to_dict("records")[0]
    return first
