"""The table of crops."""

from layers import load_crops
from layers.kinds.crops import crop_named


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
    assert {name: crop_named(name)[0] for name in names} == names
    # In layers oranges and pomelos are citrus unless the layer says otherwise.
    assert (crop_named("Cam")[0], crop_named("Bưởi")[0]) == ("citrus", "citrus")
    kinds = load_crops().set_index("crop")["land_kind"]
    assert kinds[["rice", "shrimp", "coffee"]].tolist() == ["paddy", "water", "orchard"]
