"""Where each plot stands in the forest forms of circular 16/2023: rows and column of Form 02.

What the layer does not tell is not guessed: planted forest of unknown origin stays in the row of
all planted forest (1120), a purpose without a column in that of its three-forest class.
"""

from __future__ import annotations

import pandas as pd

from layers.base.resources import data_table

#: Planted forest by ``nggocrt``: new on bare land, again after harvest, regenerated after harvest.
_PLANTED = {1: "1121", 2: "1122", 3: "1123"}
#: Land without forest by its class; every other class is "other" (2030).
_LAND = {"not_yet_forest": "2010", "regenerating": "2020"}
#: Column of a three-forest class as a whole.
WHOLE_PURPOSES = {"special_use": "c7", "protection": "c13", "production": "c19", "outside": "c20"}


def form_rows(frame: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """Rows by origin, site and stand, and column by purpose, of plots whose land is settled."""
    land = frame["land"]
    natural, planted = land.eq("natural_forest"), land.eq("planted_forest")
    origin = land.map(_LAND).fillna("2030").mask(land.eq("unclassified"), "")
    origin = origin.mask(natural, frame["form_origin"])
    origin = origin.mask(planted, frame["nggocrt"].map(_PLANTED).fillna("1120"))
    return {
        "form_origin": origin,
        "form_site": frame["form_site"].where(natural | planted, ""),
        "form_stand": frame["form_stand"].where(natural, ""),
        "form_purpose": _columns(frame),
    }


def _columns(frame: pd.DataFrame) -> pd.Series[str]:
    """Column by the number of the purpose where it belongs to the plot's three-forest class."""
    table = data_table("forest_purposes.csv").set_index("mamdsd")
    known = frame["mamdsd"].map(table["three_forest"]).eq(frame["three_forest"])
    whole = frame["three_forest"].map(WHOLE_PURPOSES)
    return whole.mask(known, frame["mamdsd"].map(table["form_column"]))
