"""Tables of the forest as the circular numbers them: by purpose, cover, by cause, by age."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from layers.base.language import Language
from layers.base.resources import data_table
from layers.kinds.crops import load_crops
from maps.layout.content import AnnexContent, ForestForm
from maps.layout.page_table import (
    MISSING_MARK,
    Kind,
    PageColumn,
    PageTable,
    rank_column,
    ranked,
    summed,
    unknown_note,
)
from maps.layout.words import Say
from maps.tables import COVER_YEARS

_ORIGINS = ("natural_forest_ha", "planted_forest_ha", "not_yet_forest_ha")
_CLASSES = ("special_use_ha", "protection_ha", "production_ha")
_FUNCTIONS = (*_CLASSES, "outside_ha")
#: Step of a class of a form below the one that holds it.
_INDENT = "\u00a0\u00a0"
#: Columns by the purpose within a three-forest class; rows of planted forest by its origin.
_PARTS = (*(f"c{number}" for number in range(8, 13)), *(f"c{number}" for number in range(14, 19)))
#: Columns whose purpose has no number in the layer (``mamdsd``).
_WITHOUT_NUMBER = ("c10", "c15", "c16")
_LEFT_BLANK = {("purposes", key) for key in _WITHOUT_NUMBER}
#: Age classes of the form of planted species.
_AGE_CLASSES = 5
_PLANTED = ("1121", "1122", "1123")
#: Rows that the form's total leaves out: what is neither forest nor planted.
_BESIDE_WHOLE = ("2020", "2030")
#: Columns of the form in its order (circular 16/2023, appendix IV): 4 = 5 + 6 + 7 = 8 + 12,
#: 8 = 9 + 10 + 11, 13 = (5 + 6) × 100 ÷ 3.
_NUMBERED = (
    *("rank", "commune", "natural_area_ha", "with_forest_ha", *_ORIGINS),
    *("purpose_ha", *_FUNCTIONS, "cover_percent"),
)


def cover_table(content: AnnexContent, say: Say) -> PageTable:
    """Forest and forest cover rate by commune (Form 04), the province as total row."""
    frame = content.forest_cover
    # A part that is not known leaves the sum unknown: it is not zero.
    whole = frame[list(_ORIGINS)].sum(axis=1, min_count=len(_ORIGINS)).round(content.decimals)
    frame = frame.assign(with_forest_ha=whole)
    if set(_FUNCTIONS) <= set(frame.columns):
        classes = frame[list(_CLASSES)].sum(axis=1, min_count=len(_CLASSES))
        frame = frame.assign(purpose_ha=classes.round(content.decimals))
    communes = frame.iloc[:-1]
    rows = ranked(communes).assign(commune=content.commune_names(communes))
    columns = _cover_columns(frame, say)
    province = content.heading.territory or content.heading.province
    return PageTable(
        name=say("cover.name", form=content.forms["cover"]),
        title=say("cover.title", form=content.forms["cover"]),
        role="cover",
        about=content.form_lines.get("cover", ""),
        columns=columns,
        rows=rows,
        total=frame.iloc[-1][[column.key for column in columns if column.key != "rank"]],
        total_label=province[:1].upper() + province[1:],
        unit=say("unit.ha_percent"),
        notes=(
            say("cover.note_with_forest"),
            say("cover.note_rate"),
            *unknown_note(rows, ["natural_area_ha", *_ORIGINS], "commune", say),
            *_more_than_whole(rows, say),
        ),
    )


def _more_than_whole(rows: pd.DataFrame, say: Say) -> tuple[str, ...]:
    """Sentence on communes whose forest exceeds their natural area."""
    names = rows.loc[rows["cover_percent"].gt(100), "commune"]
    return (say("cover.note_more_than_whole", names=", ".join(names)),) if len(names) else ()


def _cover_columns(frame: pd.DataFrame, say: Say) -> tuple[PageColumn, ...]:
    def hectares(key: str, group: str = "") -> PageColumn:
        return PageColumn(key, say(f"cover.{key}"), "hectares", 13, group, totalled=True)

    by_class = set(_FUNCTIONS) <= set(frame.columns)
    columns = (
        rank_column(say),
        PageColumn("commune", say("cover.commune"), "text", 24),
        hectares("natural_area_ha"),
        PageColumn(
            *("with_forest_ha", say("cover.with_forest_ha"), "hectares", 15),
            adds=_ORIGINS,
            totalled=True,
        ),
        *(hectares(key, say("cover.by_origin")) for key in _ORIGINS),
        *(
            [
                PageColumn(
                    *("purpose_ha", say("cover.purpose_ha"), "hectares", 13),
                    group=say("cover.by_function"),
                    adds=_CLASSES,
                    totalled=True,
                )
            ]
            if by_class
            else []
        ),
        *(hectares(key, say("cover.by_function")) for key in _FUNCTIONS if key in frame.columns),
        PageColumn("cover_percent", say("cover.cover_percent"), "percent", 11),
    )
    # Numbered only where the table is the whole form.
    return tuple(_numbered(column) for column in columns) if by_class else columns


def _numbered(column: PageColumn) -> PageColumn:
    """Column with the number that the form gives it below its heading."""
    return replace(column, title=f"{column.title}\n({_NUMBERED.index(column.key) + 1})")


def cover_lines(content: AnnexContent, code: str, say: Say) -> PageTable | None:
    """Forest and forest cover rate of one commune."""
    rows = content.forest_cover[content.forest_cover["commune_code"] == code]
    if rows.empty:
        return None
    keys = ("natural_area_ha", *_ORIGINS)
    columns = (
        *(PageColumn(key, say(f"cover.{key}"), "hectares") for key in keys),
        PageColumn("cover_percent", say("cover.cover_percent"), "percent"),
    )
    return PageTable(
        name=code,
        title=say("cover.lines_title"),
        role="commune",
        columns=columns,
        rows=rows.reset_index(drop=True),
        language=content.language,
        decimals=(content.decimals, content.percent_decimals),
    )


def form_table(content: AnnexContent, form: ForestForm, say: Say) -> PageTable:
    """Forest by class and purpose (Form 02), or its change by cause (Form 05)."""
    language = content.language
    levels = form.rows["level"].map(lambda level: _INDENT * int(level))
    rows = ranked(form.rows).assign(name=levels + form.rows[f"name_{language}"])
    columns = (
        replace(rank_column(say), title=f"{say('column.rank')}\n(1)"),
        PageColumn("name", f"{form.label.text(language)}\n(2)", "text", 38),
        PageColumn("row", f"{say('form.code')}\n(3)", "text", 6),
        *(
            PageColumn(
                *(column.key, f"{column.title.text(language)}\n({column.key[1:]})", "hectares", 11),
                group=column.group.text(language) if column.group else "",
                # Left to the office: a note says why.
                missing="" if (form.role, column.key) in _LEFT_BLANK else MISSING_MARK,
            )
            for column in form.columns
        ),
    )
    number = content.forms.get(form.role, "")
    title = form.title.text(language)
    return PageTable(
        name=say(f"{form.role}.name", form=number) if number else say(f"{form.role}.short"),
        title=say("form.title", form=number, title=title) if number else title,
        role=form.role,
        about=content.form_lines.get(form.role, ""),
        columns=columns,
        rows=rows,
        unit=say("unit.ha"),
        notes=_form_notes(rows, form, say),
    )


def _form_notes(rows: pd.DataFrame, form: ForestForm, say: Say) -> tuple[str, ...]:
    """What the layers do not tell, and where its hectares stand."""
    if form.role == "causes":
        keys = ["causes.note_states", "causes.note_columns"]
    else:
        beside = rows.loc[rows["row"].isin(_BESIDE_WHOLE), "c6"]
        keys = ["purposes.note_whole"] if beside.gt(0).any() else []
        keys += ["purposes.note_start"] if rows["c4"].isna().all() else []
        told = [key for key in _PARTS if key not in _WITHOUT_NUMBER]
        # Rows of planted forest by its origin have a sentence of their own.
        others = rows.loc[~rows["row"].isin(_PLANTED), told]
        keys += ["purposes.note_parts"] if others.isna().any(axis=None) else []
        lacking = rows[list(_WITHOUT_NUMBER)].isna().any(axis=None)
        keys += ["purposes.note_numbers"] if lacking else []
    # The first column with figures (start, end or change) leaves out only what is not told.
    first = [column.key for column in form.columns if rows[column.key].notna().any()][:1]
    planted = rows.loc[rows["row"].isin(_PLANTED), first]
    keys += ["form.note_planted"] if planted.isna().any(axis=None) else []
    return tuple(say(key) for key in keys)


def ages_table(content: AnnexContent, frame: pd.DataFrame, say: Say) -> PageTable:
    """Planted forest by species and age class (Form 06)."""
    classes = list(dict.fromkeys(frame["age_class"]))
    wide = frame.pivot_table(
        index="species", columns="age_class", values="area_ha", aggfunc="first", dropna=False
    ).reindex(columns=classes)
    rows = wide.reindex(list(dict.fromkeys(frame["species"]))).reset_index()
    keys = {name: f"age_{place}" for place, name in enumerate(classes)}
    rows = ranked(rows.rename(columns=keys))
    # A species without a plot of an age class has none of it.
    rows = rows.assign(**{key: rows[key].fillna(0.0) for key in keys.values()})
    rows = rows.assign(sum_ha=rows[list(keys.values())].sum(axis=1).round(content.decimals))
    group, species = say("ages.group"), say("ages.species")
    columns = (
        replace(rank_column(say), title=f"{say('column.rank')}\n(1)"),
        PageColumn("species", f"{species}\n(2)", "text", 28),
        PageColumn(
            *("sum_ha", f"{say('column.sum')}\n(3)", "hectares", 13),
            adds=tuple(keys.values()),
            totalled=True,
        ),
        *(
            PageColumn(
                key,
                # Beyond the five classes of the form stand what has no age, and what is no forest.
                name if place >= _AGE_CLASSES else f"{name}\n({place + 4})",
                "hectares",
                12,
                group if place < _AGE_CLASSES else say("ages.added"),
                totalled=True,
            )
            for place, (name, key) in enumerate(keys.items())
        ),
    )
    return PageTable(
        name=say("ages.name", form=content.forms["ages"]),
        title=say("ages.title", form=content.forms["ages"]),
        role="ages",
        about=content.form_lines.get("ages", ""),
        columns=columns,
        rows=rows,
        total=summed(rows, columns, content.decimals),
        unit=say("unit.ha"),
        notes=(_class_widths(content.language, say), say("ages.note_added")),
    )


def _class_widths(language: Language, say: Say) -> str:
    """Say how many years an age class has, by species."""
    table = data_table("age_classes.csv").fillna({"crop": ""}).set_index("crop")["class_1_to"]
    names, own = load_crops().set_index("crop")[f"name_{language}"], table.drop("")
    parts = [
        say(
            "ages.width",
            years=int(rows.iloc[0]),
            names=", ".join(names.reindex(rows.index).dropna()),
        )
        for _, rows in own.groupby(own)
    ]
    return say("ages.note_widths", parts="; ".join(parts), years=int(table[""]))


def years_table(frame: pd.DataFrame, territory: str, say: Say) -> PageTable:
    """Forest and forest cover rate of the province in the years of a forecast."""

    def kind(key: str) -> Kind:
        if key == "year":
            return "year"
        return "percent" if key.endswith("_percent") else "hectares"

    return PageTable(
        name=say("path.name"),
        title=say("path.title", territory=territory),
        role="path",
        columns=tuple(
            PageColumn(key, say(f"path.{key}"), kind(key), 14) for key in COVER_YEARS.names
        ),
        rows=frame.reset_index(drop=True),
        unit=say("unit.ha_percent"),
        notes=(say("path.note"),),
    )
