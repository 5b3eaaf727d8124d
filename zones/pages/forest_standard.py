"""Colours, names and lot labels of TCVN 11565:2016 for the plots of a forest layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from layers.base.language import Language, Phrase, format_number
from layers.base.messages import message
from layers.base.resources import data_table
from layers.kinds.forest_codes import load_code_table, type_names
from layers.kinds.forest_status import ForestLayer
from maps import ColouredPlots, PlotLegend
from maps.symbols.legends import AreaSymbol

STANDARD = "TCVN 11565:2016"
#: Colour of a type that the standard does not have.
_NO_COLOUR = "#d9d9d9"
#: Classes that a picture of one byte can tell apart, less "none" and "others".
_MOST_CLASSES = 254


def type_letters(layer: ForestLayer) -> pd.Series[str]:
    """Letters of the type of every plot; by its number where the layer has no letters."""
    table = load_code_table(layer.codes.table).drop_duplicates("maldlr")
    by_number = layer.plots["type_number"].map(table.set_index("maldlr")["ldlr"])
    letters = layer.plots["type_code"]
    known = letters.where(letters.fillna("").ne(""), by_number)
    told: pd.Series[str] = known.fillna("").astype("str")
    return told


def standard_colours(letters: Iterable[str], code_table: str) -> dict[str, str]:
    """Colour (``#RRGGBB``) of types of a code table; grey for a type that the standard has not.

    The standard colours the 93 types; the same letters may mean another type in another table.
    """
    table = data_table("forest_colours_tcvn11565.csv")
    rgb = table[["red", "green", "blue"]].to_numpy().tolist()
    known = {
        code: "#" + "".join(f"{value:02x}" for value in row)
        for code, row in zip(table["ldlr"], rgb, strict=True)
    }
    other = data_table("forest_colour_letters.csv", dtype={"table": "str"})
    like = other[other["table"].eq(code_table)].set_index("ldlr")["like"].to_dict()
    return {code: known.get(like.get(code, code), _NO_COLOUR) for code in letters}


def standard_symbols(layer: ForestLayer) -> dict[str, AreaSymbol]:
    """Symbols of the types of a layer in the standard's colours, in the order of the code table."""
    found = set(type_letters(layer))
    table = load_code_table(layer.codes.table).drop_duplicates("ldlr").set_index("ldlr")
    letters = [code for code in table.index if code in found]
    letters += sorted(found.difference(letters) - {""})
    colours = standard_colours(letters, layer.codes.table)
    names, numbers = type_names(layer.codes.table), table["maldlr"].astype("str").to_dict()
    said = {code: _name(code, numbers.get(code, ""), names) for code in letters}
    return {code: AreaSymbol(code, said[code], colours[code]) for code in letters}


def _name(letters: str, number: str, names: Mapping[str, Phrase]) -> Phrase:
    """Number, letters and full name of a type; letters that no table has stand alone."""
    if number not in names:
        return Phrase(en=letters, vi=letters)
    head, full = f"{number} {letters}", names[number]
    return Phrase(en=f"{head} – {full.en}", vi=f"{head} – {full.vi}")


def lot_labels(layer: ForestLayer, language: Language) -> pd.DataFrame:
    """Label of every plot as a fraction: number and state ``above``, hectares ``below``."""
    number = layer.plots["lo"].fillna("").astype("str").str.strip()
    letters = type_letters(layer)
    both = (number + " – " + letters).where(number.ne("") & letters.ne(""), number + letters)
    hectares = [
        "" if pd.isna(area) else format_number(area, language, decimals=2)
        for area in layer.plots["ledger_ha"].astype("float64")
    ]
    return pd.DataFrame({"above": both, "below": hectares}, index=layer.plots.index)


def coloured_plots(
    layer: ForestLayer, symbols: pd.Series[str], known: Mapping[str, AreaSymbol]
) -> ColouredPlots:
    """Plots of a forest layer by class: land and zones as ``known`` draws them, or by type.

    A class is a pair of symbol and type, so that one picture serves both legends; pairs beyond
    what a picture can tell apart, the rarest, are drawn as other land.
    """
    letters = type_letters(layer)
    pairs = pd.DataFrame({"symbol": symbols.astype("str"), "letters": letters})
    counts = pairs.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    kept = counts.index[:_MOST_CLASSES]
    classes = pd.Series(range(1, len(kept) + 1), index=kept)
    found = classes.reindex(pd.MultiIndex.from_frame(pairs))
    rest = len(kept) + 1
    plots = layer.plots[["geometry"]].assign(**{"class": found.fillna(rest).astype(int).to_numpy()})
    types = standard_symbols(layer)
    lumped = len(counts) > len(kept)
    shown = [
        PlotLegend("colour_blind_safe", _phrase("safe"), *_colours(known, kept, 0, lumped=lumped)),
        PlotLegend(
            "tcvn11565", Phrase(STANDARD, STANDARD), *_colours(types, kept, 1, lumped=lumped)
        ),
    ]
    return ColouredPlots(plots, tuple(shown))


def _colours(
    known: Mapping[str, AreaSymbol], pairs: pd.Index, level: int, *, lumped: bool
) -> tuple[tuple[str, ...], tuple[tuple[Phrase, str], ...]]:
    """Colour of every class, and the lines of the legend in the order of the symbols."""
    keys = [str(key) for key in pairs.get_level_values(level)]
    colours = [known[key].fill if key in known else _NO_COLOUR for key in keys]
    listed = [(item.name, item.fill) for key, item in known.items() if key in set(keys)]
    if lumped or set(keys) - set(known):
        listed.append((_phrase("others"), _NO_COLOUR))
    return (*colours, *([_NO_COLOUR] if lumped else [])), tuple(listed)


def _phrase(key: str) -> Phrase:
    return message(f"zones.pages.plots_{key}")
