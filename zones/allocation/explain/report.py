"""``allocation.md``: the targets, why they end where they do, and what would mend them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from layers.base.language import Language, Phrase, format_number
from zones.allocation.allocate import Allocation
from zones.allocation.explain.sentences import WORDS, Sentence, Voice, decimals_of
from zones.allocation.explain.target_reasons import Explanation
from zones.allocation.rounded import RoundedAllocation


@dataclass(frozen=True, slots=True)
class AllocationReport:
    """What the report is made from."""

    allocation: Allocation
    printed: RoundedAllocation
    explanation: Explanation
    exchange: Sequence[Sentence]
    voice: Voice
    cover: Sequence[Sentence] = ()
    remarks: Sequence[Phrase] = ()


_WORDS = WORDS["report"]
_TEXTS = ("zone", "source", "origin", "name")
_TARGET_COLUMNS = WORDS["target_columns"]


def allocation_report(report: AllocationReport, language: Language) -> str:
    """Write the report in Markdown."""
    parts = [f"# {_WORDS['title'].text(language)}", *_lines(report.remarks, language)]
    if report.printed.held.empty and report.printed.aside.empty:
        return "\n\n".join([*parts, _WORDS["nothing"].text(language)]) + "\n"
    parts += [_heading("targets", language), _WORDS["unit"].text(language)]
    parts += [_target_table(report, language), *_lines(report.printed.notes, language)]
    parts += [_heading("reasons", language), _bullets(report.explanation.reasons, language)]
    parts.append(_heading("repairs", language))
    repairs = report.explanation.repair_sentences
    parts.append(_bullets(repairs, language) if repairs else _WORDS["none"].text(language))
    if report.exchange:
        parts += [_heading("exchange", language), _bullets(report.exchange, language)]
    if report.cover:
        parts += [_heading("cover", language), _bullets(report.cover, language)]
    parts += [_heading("land", language), _land_table(report, language)]
    parts += [_heading("stages", language), _stage_table(report, language)]
    return "\n\n".join(parts) + "\n"


def _heading(key: str, language: Language) -> str:
    return f"## {_WORDS[key].text(language)}"


def _lines(phrases: Iterable[Phrase], language: Language) -> list[str]:
    return [_safe(phrase.text(language)) for phrase in phrases]


def _bullets(sentences: Iterable[Sentence], language: Language) -> str:
    return "\n".join(f"- {_safe(sentence.phrase.text(language))}" for sentence in sentences)


def _safe(text: str) -> str:
    """Text of the data as text: no markup, no table mark, no line of its own."""
    flat = " ".join(text.split())
    return html.escape(flat, quote=False).replace("|", "\\|").replace("[", "\\[")


def _table(frame: pd.DataFrame, headings: dict[str, Phrase], language: Language) -> str:
    lines = ["| " + " | ".join(heading.text(language) for heading in headings.values()) + " |"]
    aligned = [":--" if name in _TEXTS else "--:" for name in headings]
    lines.append("|" + "|".join(aligned) + "|")
    lines += [
        "| " + " | ".join(row) + " |" for row in frame[list(headings)].astype("str").to_numpy()
    ]
    return "\n".join(lines)


def _target_table(report: AllocationReport, language: Language) -> str:
    held, decimals = report.printed.held, decimals_of(report.printed.step)
    communes = report.allocation.inputs.communes.set_index("commune_code")["commune"]
    names = held["zone"].map(lambda zone: _safe(report.voice.name(zone).text(language)))
    places = held["commune_code"].map(communes).fillna("").map(_safe)
    frame = held.assign(zone=names.where(places == "", names + " · " + places))
    for column in [name for name in _TARGET_COLUMNS if name.endswith("_ha")]:
        figures = [format_number(value, language, decimals=decimals) for value in held[column]]
        frame[column] = figures
    return _table(pd.concat([frame, _aside_rows(report, language)]), _TARGET_COLUMNS, language)


def _aside_rows(report: AllocationReport, language: Language) -> pd.DataFrame:
    """Zones that were not allocated: what is there today; the rest is not known, which is not 0."""
    aside, decimals = report.printed.aside, decimals_of(report.printed.step)
    present = aside.groupby("zone", sort=False)["present_ha"].sum(min_count=1)
    rows = pd.DataFrame("…", index=range(len(present)), columns=list(_TARGET_COLUMNS))
    rows["zone"] = [_safe(report.voice.name(str(zone)).text(language)) for zone in present.index]
    rows["present_ha"] = [
        "…" if pd.isna(area) else format_number(area, language, decimals=decimals)
        for area in present
    ]
    return rows


def _land_table(report: AllocationReport, language: Language) -> str:
    decimals, inputs = decimals_of(report.printed.step), report.allocation.inputs
    usable = report.printed.land.groupby("source")["usable_ha"].sum()
    frame = inputs.available.groupby("source").agg(
        origin=("origin", lambda origins: report.voice.origins(origins).text(language))
    )
    frame["area_ha"] = usable.reindex(frame.index).fillna(0.0)
    planned = report.printed.lands.groupby("source")["planned_ha"].sum()
    frame["planned_ha"] = planned.reindex(frame.index).fillna(0.0)
    frame = frame.reset_index()
    for column in ("area_ha", "planned_ha"):
        frame[column] = [format_number(v, language, decimals=decimals) for v in frame[column]]
    frame["source"] = [_safe(report.voice.name(s).text(language)) for s in frame["source"]]
    frame["origin"] = frame["origin"].map(_safe)
    return _table(frame, WORDS["land_columns"], language)


def _stage_table(report: AllocationReport, language: Language) -> str:
    rows = [
        {
            "name": WORDS["stages"][stage.name].text(language),
            "objective": format_number(stage.objective, language, decimals=3),
            "dual_bound": format_number(stage.dual_bound, language, decimals=3),
            "gap": f"{format_number(stage.gap * 100, language, decimals=6)} %",
        }
        if stage.status == "optimal"
        else {
            "name": WORDS["stages"][stage.name].text(language),
            "objective": "–",
            "dual_bound": "–",
            "gap": _WORDS["kept"].text(language),
        }
        for stage in report.allocation.stages
    ]
    return _table(pd.DataFrame(rows), WORDS["stage_columns"], language)
