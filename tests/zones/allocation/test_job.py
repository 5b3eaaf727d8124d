"""The tables of an allocation, and the sentences below them."""

from __future__ import annotations

from layers.base.language import Phrase
from zones.allocation.job import name_targets


def test_ids_after_the_colon_become_names() -> None:
    said = Phrase(en="Beside its bound: pine-2030, pine.", vi="Lệch khi in: pine-2030, pine.")
    names = {"pine": Phrase(en="P.", vi="T."), "pine-2030": Phrase(en="Pine", vi="Thông")}
    assert name_targets(said, names) == Phrase(
        en="Beside its bound: Pine, P..", vi="Lệch khi in: Thông, T.."
    )
    assert name_targets(said, {}) == said


def test_ids_that_are_syllables_of_other_words_are_left_there() -> None:
    said = Phrase(
        en="In print beside its bound by na alone: na, na-2030, natural, In.",
        vi="Chỉ lệch khi in na ra: na, na-2030, natural, In.",
    )
    names = {
        "na": Phrase(en="Custard apple", vi="Na dai"),
        "na-2030": Phrase(en="na to 2030", vi="na đến 2030"),
        "In": Phrase(en="Indigo", vi="Chàm"),
    }
    assert name_targets(said, names) == Phrase(
        en="In print beside its bound by na alone: Custard apple, na to 2030, natural, Indigo.",
        vi="Chỉ lệch khi in na ra: Na dai, na đến 2030, natural, Chàm.",
    )
