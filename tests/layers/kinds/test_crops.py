"""The table of crops."""

import pytest

from layers import load_crops
from layers.kinds.crops import crop_named, crops_like, near_crop, species_shares


def test_ids_are_unique_and_fruit_never_counts_for_cover() -> None:
    crops = load_crops().set_index("crop")
    assert crops.index.is_unique
    never = ["custard_apple", "citrus", "persimmon", "grass_jelly", "medicinal"]
    assert set(crops.loc[never, "counts_for_cover"]) == {"never"}
    assert set(crops.loc[["pine", "anise", "acacia", "cinnamon"], "counts_for_cover"]) == {"yes"}
    assert set(crops["land_kind"]) == {
        *("forest", "orchard", "annual", "paddy", "water", "understorey")
    }


def test_the_table_given_out_is_a_copy() -> None:
    table = load_crops()
    table["crop"] = "x"
    assert "pine" in set(load_crops()["crop"])


def test_crops_of_other_provinces_are_found_by_their_names() -> None:
    names = {"Vải thiều": "lychee", "Cà phê": "coffee", "Cao su": "rubber", "Lúa": "rice"}
    names |= {"Rau các loại": "vegetables", "Tôm": "shrimp", "Sầu riêng": "durian"}
    names |= {"Cà phê vối": "coffee", "Mận hậu": "plum", "Tôm sú": "shrimp"}
    assert {name: crop_named(name)[0] for name in names} == names
    # In layers oranges and pomelos are citrus unless the layer says otherwise.
    assert (crop_named("Cam")[0], crop_named("Bưởi")[0]) == ("citrus", "citrus")
    kinds = load_crops().set_index("crop")["land_kind"]
    assert kinds[["rice", "shrimp", "coffee"]].tolist() == ["paddy", "water", "orchard"]


@pytest.mark.parametrize(
    "name", ["Lúa - tôm", "Lúa – tôm", "LÚA-TÔM", "Tôm - lúa", "lúa tôm", "lua - tom"]
)
def test_rice_and_shrimp_on_one_field_are_a_crop_of_their_own(name: str) -> None:
    """Half of it was rice and half shrimp, as of a mixture."""
    assert species_shares(name) == {"rice_shrimp": 1.0}


@pytest.mark.parametrize(
    ("text", "crop"),
    [
        ("Na dai", "custard_apple"),
        ("cay na", "custard_apple"),
        ("Hồng không hạt Bảo Lâm", "persimmon"),
        ("Thông mã vỹ", "pine"),
        ("pinee", "pine"),
        ("Sao băng", ""),
        ("", ""),
    ],
)
def test_a_text_that_is_no_crop_leads_to_the_nearest(text: str, crop: str) -> None:
    assert near_crop(text) == crop


def test_crops_are_listed_by_id_name_or_nearness() -> None:
    assert len(crops_like()) == len(load_crops())
    assert [row["crop"] for row in crops_like("Na dai")] == ["custard_apple"]
    assert {row["crop"] for row in crops_like("hong")} == {"persimmon"}
    assert [row["crop"] for row in crops_like("custard_apple")] == ["custard_apple"]
    assert crops_like("zzz") == []
    assert "Mãng cầu" in crops_like("na")[0]["names"]


def test_every_crop_goes_by_the_names_of_the_table() -> None:
    for row in crops_like():
        for name in filter(None, (row["name_vi"], row["name_en"], row["species"])):
            assert crop_named(name)[0] in (row["crop"], row["part_of"]), name
    # Without accents it may be pineapple or coconut.
    assert (crop_named("Dứa")[0], crop_named("Dừa")[0]) == ("pineapple", "coconut")
    assert crop_named("Dua")[0] == ""


def test_a_crop_is_one_crop_in_every_language() -> None:
    for names in (("Cam", "Citrus sinensis"), ("Bưởi", "Citrus maxima", "Pomelo")):
        assert len({crop_named(name)[0] for name in names}) == 1
