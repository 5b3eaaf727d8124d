"""Fields under the names offices give them."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.base.errors import InputError
from layers.base.resources import data_path
from layers.kinds.forest_fields import forest_fields, match_fields

NEEDED = ["ldlr", "maldlr", "dtich", "malr3"]


def test_plain_names_and_what_is_absent():
    match = match_fields(NEEDED)
    assert match.columns == {name: name for name in NEEDED}
    assert "thanhrung" in match.absent
    assert len(match.absent) == 47


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ("LDLR", "ldlr"),
        ("ldlr_23", "ldlr"),
        ("LDLR2023", "ldlr"),
        (" ldlr_2023 ", "ldlr"),
        ("ddanh", "diadanh"),
        ("DDANH_22", "diadanh"),
        ("tieukhu", "tk"),
        ("forest_typ", None),
        ("PLANTING_Y", "namtr"),
        ("malr3", "malr3"),
        ("malr3_24", "malr3"),
        ("nggocrt", "nggocrt"),
        ("Diện tích", None),
    ],
)
def test_how_names_drift(found, field):
    rest = [name for name in NEEDED if name != field]
    match = match_fields([*rest, found] if field in NEEDED else [*NEEDED, found])
    taken = {name: key for key, name in match.columns.items()}
    assert taken.get(found) == field


def test_columns_that_may_be_a_missing_field_are_given_as_a_line_to_paste():
    office = [
        *("MATINH", "MAXA_MOI", "TENXA", "TIEUKHU", "KHOANH", "LO", "DT_HA", "NAM_TRG"),
        *("LDLR_25", "MALDLR_25", "LOAICAY", "NGGOC", "THANHRG", "BALOAI", "GHICHU", "id"),
    ]
    line = "columns: {dtich: DT_HA, maxa: MAXA_MOI, nggocr: NGGOC, namtr: NAM_TRG}"
    with pytest.raises(InputError) as told:
        match_fields(office)
    assert line in told.value.phrase.vi
    # With the needed field told the file is read, and what may be the others is still proposed.
    match = match_fields(office, columns={"dtich": "DT_HA", "thanhrung": None})
    assert match.likely == (
        "columns: {dtich: DT_HA, thanhrung: null, maxa: MAXA_MOI, nggocr: NGGOC, namtr: NAM_TRG}"
    )
    assert "namtr" not in match.columns  # Proposed, never taken
    assert match_fields(["ldlr", "maldlr", "dtich", "malr3", "so_to", "chu_rung"]).likely == ""


def test_a_missing_field_is_named_with_its_meaning():
    said = r"needs the field dtich \(ledger area, ha\), found only 'ldlr', 'maldlr', 'malr3'"
    with pytest.raises(InputError, match=said):
        match_fields(["ldlr", "maldlr", "malr3"])


def test_columns_of_the_project_win():
    match = match_fields([*NEEDED, "S_HA"], columns={"dtich": "S_HA"})
    assert match.columns["dtich"] == "S_HA"
    assert match_fields(["ldlr", "maldlr", "malr3"], columns={"dtich": None}).absent[0] == "tt"
    with pytest.raises(InputError, match=r"columns: no fields 'S_HA' in the file"):
        match_fields(NEEDED, columns={"dtich": "S_HA"})
    with pytest.raises(InputError, match=r"columns: 'area' are no fields"):
        match_fields(NEEDED, columns={"area": "dtich"})


def test_two_years_of_one_field_must_be_chosen():
    with pytest.raises(InputError, match=r"'ldlr' could be any of 'ldlr_22', 'ldlr_23'"):
        match_fields(["ldlr_22", "ldlr_23", *NEEDED[1:]])
    match = match_fields([*NEEDED, "ldlr_22"])
    assert match.passed_over == {"ldlr": ("ldlr_22",)}


def test_the_alias_table_is_sound():
    aliases = pd.read_csv(data_path("forest_field_aliases.csv"))
    fields = forest_fields()
    assert len(fields) == 51
    assert set(aliases["field"]) <= set(fields["field"])
    assert aliases["alias"].is_unique
    assert not set(aliases["alias"]) & set(fields["field"])
    assert aliases["alias"].str.fullmatch("[a-z0-9_]+").all()
