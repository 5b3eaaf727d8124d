"""Spellings of names: in which order they stand."""

from __future__ import annotations

import unicodedata

from layers.communes.spelling import name_order


def test_names_stand_in_the_order_of_a_vietnamese_dictionary() -> None:
    wanted = [
        *("Bắc Sơn", "Bình Gia", "Cao Lộc", "Chi Lăng", "Đình Lập", "Hữu Lũng", "Lộc Bình"),
        *("Tràng Định", "Văn Lãng", "Văn Quan"),
    ]
    assert sorted(set(wanted), key=name_order) == wanted
    assert sorted(wanted) != wanted  # by code point "Đình Lập" comes last
    assert sorted((unicodedata.normalize("NFD", one) for one in wanted), key=name_order) == [
        unicodedata.normalize("NFD", one) for one in wanted
    ]


def test_letters_lead_tones_follow_and_numbers_count() -> None:
    assert sorted(["ma", "mạ", "mã", "má", "mả", "mà", "mab"], key=name_order) == [
        *("ma", "mà", "mả", "mã", "má", "mạ", "mab")
    ]
    assert sorted(["Cụm 10", "Cụm 2", "Ân", "An", "Ăn", "ANH"], key=name_order) == [
        *("An", "ANH", "Ăn", "Ân", "Cụm 2", "Cụm 10")
    ]
