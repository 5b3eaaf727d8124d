"""The table of crops."""

from layers import load_crops


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
