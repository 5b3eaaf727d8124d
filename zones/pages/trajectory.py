"""The page of a forecast: the answer in words, its chart, the table of years, the assumptions."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from layers.base.language import Language, Phrase, format_number
from layers.base.messages import message
from layers.io.atomic import save_text
from maps.charts.cover import CoverChart, cover_chart_svg, save_cover_chart, svg_element
from maps.layout.content import DEMO_MARK
from zones.certainty.sentences import cover_sentences
from zones.forest.trajectory.sentences import Tables, answer, printed_step, told_findings
from zones.project.model import CertaintySettings, Project, offers_harvest
from zones.publish.rounded_figures import round_cover_years
from zones.tables import (
    LEVERS,
    TARGETS,
    TRAJECTORY,
    TRAJECTORY_ASSUMPTIONS,
    TRAJECTORY_FINDINGS,
    TRAJECTORY_TARGETS,
)

_WORDS = ("rate", "band", "with_forest", "target", "percent", "steps", "less", "more")
_COLUMNS = (
    "natural_forest_ha",
    "planted_forest_ha",
    "not_yet_forest_ha",
    "bare_ha",
    "harvested_ha",
)
_LANGUAGES: tuple[Language, Language] = ("vi", "en")


def cover_chart(project: Project, tables: Tables, language: Language) -> CoverChart:
    """Chart of a forecast: the province's path, the targets, a bar for a step of each lever."""
    table = tables[TRAJECTORY]
    province = table[table["commune_code"] == table["commune_code"].iloc[-1]]
    counts = province[province["ledger"] == "counts"].set_index("year")
    other = province[province["ledger"] == "with_forest"].set_index("year")
    path = counts[["cover_percent", "low_percent", "high_percent"]].assign(
        with_forest_percent=other["cover_percent"]
    )
    targets, steps = tables[TRAJECTORY_TARGETS], tables[LEVERS]
    steps = steps[steps["kind"] == "step"].reset_index(drop=True)
    labels = [
        message(f"zones.pages.lever_{row['lever']}", step=printed_step(row)).text(language)
        for row in steps.to_dict("records")
    ]
    return CoverChart(
        path.reset_index(),
        targets.loc[targets["year"] == targets["due_year"], ["year", "target_percent"]],
        steps.assign(label=labels)[["label", "less_points", "more_points"]],
        message(
            "zones.pages.title_of_cover_chart",
            territory=Phrase(en=project.territory("en"), vi=project.territory("vi")),
        ),
        {word: message(f"zones.pages.chart_{word}") for word in _WORDS},
        demo=DEMO_MARK.text(language) if project.demo else "",
        language=language,
    )


@contextmanager
def drawn_cover(project: Project, tables: Tables) -> Iterator[Path | None]:
    """Picture of the chart of a forecast, for the annex; none without a forecast."""
    if TRAJECTORY not in tables:
        yield None
        return
    chart = cover_chart(project, tables, project.annex.language)
    with tempfile.TemporaryDirectory(prefix="charts-", ignore_cleanup_errors=True) as folder:
        yield save_cover_chart(chart, Path(folder) / "trajectory.png")


def save_trajectory(
    project: Project, tables: Tables, present: pd.Series[Any], folder: Path
) -> None:
    """Write ``trajectory.html`` with its chart, and the chart as SVG and PNG."""
    chart = cover_chart(project, tables, project.annex.language)
    for ending in ("svg", "png"):
        save_cover_chart(chart, folder / f"trajectory.{ending}", overwrite=True)
    first = project.annex.language
    languages = sorted(_LANGUAGES, key=lambda one: one != first)
    drawn = {first: svg_element((folder / "trajectory.svg").read_text("utf-8"))}
    parts = [
        _part(project, tables, present, language, drawn.get(language)) for language in languages
    ]
    page = (
        f'<!DOCTYPE html>\n<html lang="{first}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_escape(chart.title.text(first))}</title>\n<style>\n{_STYLE}</style>\n</head>\n"
        f"<body>\n{''.join(parts)}</body>\n</html>\n"
    )
    save_text(page, folder / "trajectory.html")


def _part(
    project: Project,
    tables: Tables,
    present: pd.Series[Any],
    language: Language,
    drawn: str | None,
) -> str:
    """One language of the page: title, words, chart (as it was drawn), years, assumptions."""
    chart = cover_chart(project, tables, language)
    answered = answer(tables, harvest_offered=offers_harvest(project))
    # What is known of today's rate stands beside it, before what is to come.
    phrases = [*answered[:1], *_verdicts(tables[TARGETS], project), *answered[1:]]
    said = "".join(f"<p>{_escape(phrase.text(language))}</p>\n" for phrase in phrases)
    for phrase in answered[2:3]:  # Whether the first target is reached
        text = _escape(phrase.text(language))
        said = said.replace(f"<p>{text}</p>", f'<p class="reached">{text}</p>', 1)
    assumed = "".join(
        f"<li>{_escape(text)}</li>\n"
        for text in tables[TRAJECTORY_ASSUMPTIONS][f"message_{language}"]
    )
    title = chart.title.text(language)
    mark = f'<p class="demo">{_escape(chart.demo)}</p>\n' if chart.demo else ""
    heading = message("zones.pages.assumptions").text(language)
    years = _years(tables, present, project, language)
    return (
        f'<section lang="{language}">\n<h1>{_escape(title)}</h1>\n{mark}'
        f'<div class="answer">\n{said}</div>\n'
        f"<figure>{drawn or cover_chart_svg(chart)}</figure>\n{years}{_to_know(tables, language)}"
        f"<h2>{_escape(heading)}</h2>\n<ul>\n{assumed}</ul>\n</section>\n"
    )


def _to_know(tables: Tables, language: Language) -> str:
    """Findings of the forecast with their hectares; nothing where there are none."""
    told = [phrase.text(language) for phrase in told_findings(tables[TRAJECTORY_FINDINGS])]
    if not told:
        return ""
    heading = message("zones.pages.to_know").text(language)
    items = "".join(f"<li>{_escape(text)}</li>\n" for text in told)
    return f'<h2>{_escape(heading)}</h2>\n<ul class="known">\n{items}</ul>\n'


def _verdicts(targets: pd.DataFrame, project: Project) -> list[Phrase]:
    """Verdict on each target of the rate by what is there today, where its interval is known."""
    told = cover_sentences(
        targets,
        level_percent=(project.certainty or CertaintySettings()).level_percent,
        rate_decimals=project.rate_decimals,
    )
    return [*told, message("zones.pages.interval_and_band")] if told else []


def _years(tables: Tables, present: pd.Series[Any], project: Project, language: Language) -> str:
    """Table of the province's years, as the annex prints them."""
    rows = round_cover_years(
        tables[TRAJECTORY],
        present,
        decimals=project.decimals,
        rate_decimals=project.rate_decimals,
    )
    names = ("year", *_COLUMNS, "cover_percent", "band")
    heads = [message(f"zones.forest.trajectory.column_{name}").text(language) for name in names]
    head = "".join(f"<th>{_escape(text)}</th>" for text in heads)
    body = ""
    for row in rows.to_dict("records"):
        cells = "".join(f"<td>{_escape(cell)}</td>" for cell in _cells(row, project, language))
        body += f"<tr>{cells}</tr>\n"
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def _cells(row: dict[Hashable, Any], project: Project, language: Language) -> list[str]:
    def written(name: str, decimals: int) -> str:
        return format_number(float(row[name]), language, decimals=decimals)

    rates = project.rate_decimals
    ends = (written(name, rates) for name in ("low_percent", "high_percent"))
    hectares = [written(name, project.decimals) for name in _COLUMNS]
    return [str(row["year"]), *hectares, written("cover_percent", rates), "–".join(ends)]


def _escape(text: object) -> str:
    return html.escape(str(text))


_STYLE = """\
body { font: 15px/1.45 "Times New Roman", Tinos, serif; color: #1a1a1a; margin: 0 auto;
  max-width: 62rem; padding: 1rem 1.25rem 2rem; }
section + section { border-top: 2px solid #1b6b3a; margin-top: 2.5rem; }
h1 { font-size: 1.5rem; margin: 1rem 0 .25rem; color: #123f24; }
h2 { font-size: 1.1rem; margin: 1.25rem 0 .25rem; }
.demo { color: #b3261e; font-weight: bold; margin: 0; }
.answer p { margin: .35rem 0; }
.answer .reached { font-weight: bold; }
figure { margin: 1rem 0; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border: 1px solid #9aa79d; padding: .2rem .4rem; text-align: right; }
th { background: #e8efe8; text-align: center; font-weight: bold; }
td:first-child { text-align: center; }
ul { margin: .25rem 0; padding-left: 1.2rem; }
@media print {
  @page { size: A4; margin: 7mm 11mm; }
  body { font-size: 8.6pt; line-height: 1.18; padding: 0; max-width: none; }
  h1 { font-size: 13pt; margin-top: 0; }
  h2 { font-size: 9.5pt; margin: .3rem 0 .05rem; }
  .answer p { margin: .06rem 0; }
  figure { margin: .2rem 0; text-align: center; }
  svg { width: 64%; }
  ul { columns: 2; column-gap: 7mm; font-size: 7.5pt; line-height: 1.15; margin: 0; }
  ul.known { columns: 1; }
  li { break-inside: avoid; }
  th, td { padding: 0 .3rem; }
  section + section { break-before: page; border: 0; margin: 0; }
}
"""
