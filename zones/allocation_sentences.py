"""Sentences of an allocation: one set of templates in both languages, filled from the result.

A sentence keeps the figures it was filled with, so that each printed number can be traced to its
table. Hectares print with as many decimals as the tables do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from layers.errors import InputError
from layers.wording import Language, Phrase, format_number
from zones.rounding import clean_steps

__all__ = ["TEMPLATES", "Figure", "Sentence", "Value", "Voice", "decimals_of"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is no sum of hectares and prints with decimals of its own.

    Parameters
    ----------
    value : float
        The figure.
    decimals : int
        Digits after the decimal mark.
    """

    value: float
    decimals: int


Value = float | int | str | Phrase | Figure

#: Every sentence of the allocation. Floats are hectares, whole numbers counts or years.
TEMPLATES: dict[str, Phrase] = {
    "reached": Phrase(
        en="{zone}: reached by {year}. {present} ha today and {planned} ha added make {end} ha.",
        vi="{zone}: đạt vào năm {year}. Hiện có {present} ha, trồng thêm {planned} ha, thành "
        "{end} ha.",
    ),
    "above": Phrase(
        en="{zone}: {end} ha by {year} is {surplus} ha above the upper end of {high} ha; nothing "
        "is taken away.",
        vi="{zone}: {end} ha vào năm {year}, vượt mức trên {high} ha là {surplus} ha; không giảm "
        "diện tích nào.",
    ),
    "short": Phrase(
        en="{zone} lacks {short} ha of {low} ha by {year}: {present} ha today, {lost} ha lost, "
        "{planned} ha added.",
        vi="{zone} còn thiếu {short} ha so với {low} ha vào năm {year}: hiện có {present} ha, mất "
        "{lost} ha, trồng thêm {planned} ha.",
    ),
    "clause": Phrase(en="Asked for in clause {clause}.", vi="Theo mục {clause}."),
    "own_limits": Phrase(
        en="It asks for {need} ha more, but the {communes} communes it may use can take at most "
        "{capacity} ha.",
        vi="Cần thêm {need} ha, nhưng {communes} xã được phép chỉ nhận được nhiều nhất "
        "{capacity} ha.",
    ),
    "own_limits_listed": Phrase(
        en="It asks for {need} ha more, but the {communes} listed communes can take at most "
        "{capacity} ha.",
        vi="Cần thêm {need} ha, nhưng {communes} xã trong danh sách chỉ nhận được nhiều nhất "
        "{capacity} ha.",
    ),
    "enough_alone": Phrase(
        en="On its own it could take {capacity} ha, enough for the {need} ha it asks for.",
        vi="Nếu chỉ riêng vùng này thì nhận được {capacity} ha, đủ cho {need} ha cần thêm.",
    ),
    "taken": Phrase(
        en="{taken} ha of that go to zones that need the same land or pace: {others}.",
        vi="Trong đó {taken} ha dành cho các vùng cần cùng đất hoặc cùng tốc độ trồng: {others}.",
    ),
    "taken_by_rules": Phrase(
        en="{taken} ha of that cannot be used together with other wishes of the plan ({others}).",
        vi="Trong đó {taken} ha không dùng được cùng lúc với yêu cầu khác của kế hoạch ({others}).",
    ),
    "used_up": Phrase(
        en="What stops these communes: {limits}.", vi="Giới hạn ở các xã này: {limits}."
    ),
    "nowhere": Phrase(
        en="No commune can take any of it: {limits}.", vi="Không xã nào trồng được: {limits}."
    ),
    "limit_no_land": Phrase(
        en="no suitable land in {communes}", vi="{communes} xã không có đất phù hợp"
    ),
    "limit_lock": Phrase(en="a lock in {communes}", vi="{communes} xã bị khóa"),
    "limit_list": Phrase(en="the closed list in {communes}", vi="{communes} xã ngoài danh sách"),
    "limit_ceiling": Phrase(
        en="an upper end reached in {communes}", vi="{communes} xã đã tới mức trên"
    ),
    "limit_land": Phrase(
        en="all suitable land planted in {communes}", vi="{communes} xã đã hết đất phù hợp"
    ),
    "limit_pace": Phrase(
        en="the zone's yearly pace in {communes}", vi="{communes} xã hết tốc độ trồng của vùng"
    ),
    "limit_commune_pace": Phrase(
        en="the commune's yearly pace in {communes}", vi="{communes} xã hết tốc độ trồng chung"
    ),
    "limit_zone_pace": Phrase(
        en="the plan's yearly figure in {communes}", vi="{communes} xã vướng mức hằng năm của vùng"
    ),
    "limit_province_pace": Phrase(
        en="the yearly figure of all in {communes}", vi="{communes} xã vướng mức hằng năm chung"
    ),
    "limit_target": Phrase(en="nothing in {communes}", vi="{communes} xã không vướng giới hạn nào"),
    "others_could": Phrase(
        en="The other communes could give {other} ha more.",
        vi="Các xã khác có thể nhận thêm {other} ha.",
    ),
    "unmet_pace_low": Phrase(
        en="{zone}: {wanted} ha asked for in {year}, {short} ha of it cannot be planted.",
        vi="{zone}: năm {year} yêu cầu {wanted} ha, trong đó {short} ha không trồng được.",
    ),
    "unmet_must": Phrase(
        en="{zone} in {commune}: {wanted} ha locked in, {short} ha of it cannot be planted.",
        vi="{zone} tại {commune}: khóa {wanted} ha, trong đó {short} ha không trồng được.",
    ),
    "repair_open_list": Phrase(
        en="Open the list of {zone} to all communes: all shortfalls together shrink by {gain} ha "
        "to {left} ha.",
        vi="Mở danh sách của {zone} cho mọi xã: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_list_commune": Phrase(
        en="Add {commune} to the list of {zone}: all shortfalls together shrink by {gain} ha to "
        "{left} ha.",
        vi="Thêm {commune} vào danh sách của {zone}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_pace": Phrase(
        en="Raise the pace of {commune} by {change} ha a year: all shortfalls together shrink by "
        "{gain} ha to {left} ha.",
        vi="Nâng tốc độ trồng của {commune} thêm {change} ha mỗi năm: tổng thiếu hụt giảm {gain} "
        "ha, còn {left} ha.",
    ),
    "repair_pace_figure": Phrase(
        en="Raise the yearly figure by {change} ha: all shortfalls together shrink by {gain} ha to "
        "{left} ha.",
        vi="Nâng mức hằng năm thêm {change} ha: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_pace_all": Phrase(
        en="Lift the pace in all communes where it binds {zone}: all shortfalls together shrink by "
        "{gain} ha to {left} ha.",
        vi="Bỏ giới hạn tốc độ trồng ở mọi xã đang vướng của {zone}: tổng thiếu hụt giảm {gain} "
        "ha, còn {left} ha.",
    ),
    "repair_source": Phrase(
        en="Let {zone} use {source}: all shortfalls together shrink by {gain} ha to {left} ha.",
        vi="Cho {zone} dùng {source}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_lock": Phrase(
        en="Lift the locks that bar {zone}: all shortfalls together shrink by {gain} ha to {left} "
        "ha.",
        vi="Bỏ các khóa cấm {zone}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_year": Phrase(
        en="Move the target of {zone} to {year}: all shortfalls together shrink by {gain} ha to "
        "{left} ha.",
        vi="Lùi chỉ tiêu của {zone} đến năm {year}: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "repair_floor": Phrase(
        en="Lower the target of {zone} to {low} ha: all shortfalls together shrink by {gain} ha to "
        "{left} ha.",
        vi="Hạ chỉ tiêu của {zone} xuống {low} ha: tổng thiếu hụt giảm {gain} ha, còn {left} ha.",
    ),
    "smallest": Phrase(
        en="The smallest of these that closes the gap alone: {repair}.",
        vi="Phương án nhỏ nhất tự bù đủ phần thiếu: {repair}.",
    ),
    "exchange": Phrase(
        en="One more hectare of {zone} costs {rate} ha of {other}.",
        vi="Thêm một héc-ta {zone} thì mất {rate} ha {other}.",
    ),
    "exchange_free": Phrase(
        en="One more hectare of {zone} costs no other target anything.",
        vi="Thêm một héc-ta {zone} không làm giảm chỉ tiêu nào khác.",
    ),
    "exchange_none": Phrase(
        en="One more hectare of {zone} cannot be had from any other zone.",
        vi="Không thể có thêm một héc-ta {zone} bằng cách bớt vùng nào khác.",
    ),
    "exchange_cover": Phrase(
        en="A hundred more hectares of {zone} change the forest cover rate by {points} points.",
        vi="Thêm một trăm héc-ta {zone} làm tỷ lệ che phủ rừng thay đổi {points} điểm phần trăm.",
    ),
    "chain_target": Phrase(
        en="Target {target}: {low} ha by {year}; the zone has {present} ha today.",
        vi="Chỉ tiêu {target}: {low} ha vào năm {year}; vùng hiện có {present} ha.",
    ),
    "chain_ceiling": Phrase(
        en="Target {target}: at most {high} ha by {year}; the zone has {present} ha today.",
        vi="Chỉ tiêu {target}: không quá {high} ha vào năm {year}; vùng hiện có {present} ha.",
    ),
    "chain_listed": Phrase(
        en="{commune} is on the plan's list for {zone}.",
        vi="{commune} có trong danh sách của {zone}.",
    ),
    "chain_off_open": Phrase(
        en="{commune} is not on the plan's list for {zone}; the list is open, so it is used after "
        "the listed ones.",
        vi="{commune} không có trong danh sách của {zone}; danh sách mở nên xã này xếp sau các xã "
        "trong danh sách.",
    ),
    "chain_off_closed": Phrase(
        en="{commune} is not on the plan's list for {zone}, and the list is closed.",
        vi="{commune} không có trong danh sách của {zone}, và danh sách là đóng.",
    ),
    "chain_province": Phrase(
        en="{zone} has no list: every commune may take it.",
        vi="{zone} không có danh sách: mọi xã đều được trồng.",
    ),
    "chain_land": Phrase(
        en="{source} in {commune}: {area} ha ({origin}), suitability {suitability} %; {mine} ha "
        "for {zone}, {others} ha for other zones, {left} ha left.",
        vi="{source} tại {commune}: {area} ha ({origin}), mức phù hợp {suitability} %; {mine} ha "
        "cho {zone}, {others} ha cho vùng khác, còn {left} ha.",
    ),
    "chain_no_land": Phrase(
        en="{commune} has no land that suits {zone}.",
        vi="{commune} không có đất phù hợp với {zone}.",
    ),
    "chain_pace": Phrase(
        en="Pace of {commune} for {zone}: at most {most} ha a year, {used} ha in the fullest.",
        vi="Tốc độ trồng {zone} của {commune}: tối đa {most} ha mỗi năm, năm nhiều nhất {used} ha.",
    ),
    "chain_commune_pace": Phrase(
        en="Pace of {commune} in all: at most {most} ha a year, {used} ha in the fullest.",
        vi="Tốc độ trồng chung của {commune}: tối đa {most} ha mỗi năm, năm nhiều nhất {used} ha.",
    ),
    "chain_planned": Phrase(
        en="{zone} in {commune}: {present} ha today, {planned} ha added by {year}.",
        vi="{zone} tại {commune}: hiện có {present} ha, trồng thêm {planned} ha đến năm {year}.",
    ),
    "chain_binding": Phrase(en="What binds: {limit}.", vi="Giới hạn: {limit}."),
}


def decimals_of(step: float) -> int:
    """Decimals of figures that are multiples of a step.

    Parameters
    ----------
    step : float
        1 or 0.1, for instance.

    Returns
    -------
    int
        Digits after the decimal mark.

    Examples
    --------
    >>> decimals_of(1.0), decimals_of(0.1), decimals_of(10.0)
    (0, 1, 0)
    """
    exponent = Decimal(repr(float(step))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the figures it was made from.

    Parameters
    ----------
    key : str
        Its template.
    zone : str
        Zone it speaks of; empty for none.
    target : str
        Target it speaks of; empty for none.
    figures : dict
        What was filled in: floats are hectares, rounded as they print.
    phrase : Phrase
        The sentence in both languages.
    """

    key: str
    zone: str
    target: str
    figures: dict[str, Value]
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Voice:
    """Fills templates with names and rounded figures.

    Parameters
    ----------
    step : float
        Multiple to which hectares print.
    names : mapping of str to Phrase
        Names of zones and sources by id.
    """

    step: float = 1.0
    names: Mapping[str, Phrase] = field(default_factory=dict)

    def name(self, thing: str) -> Phrase:
        """Name of a zone or a land source.

        Parameters
        ----------
        thing : str
            Its id.

        Returns
        -------
        Phrase
            Its name; the id where it has none.
        """
        return self.names.get(thing, Phrase(en=thing, vi=thing))

    def list_of(self, things: list[str]) -> Phrase:
        """Names of several zones or sources.

        Parameters
        ----------
        things : list of str
            Their ids.

        Returns
        -------
        Phrase
            The names, separated by commas.
        """
        named = [self.name(thing) for thing in things]
        return Phrase(
            en=", ".join(name.en for name in named), vi=", ".join(name.vi for name in named)
        )

    def say(self, key: str, /, *, about: str = "", target: str = "", **values: Value) -> Sentence:
        """Fill a template.

        Parameters
        ----------
        key : str
            Its key in ``TEMPLATES``.
        about : str
            Zone the sentence speaks of.
        target : str
            Target the sentence speaks of.
        **values : float, int, str or Phrase
            What to fill in. Floats are rounded to the voice's step.

        Returns
        -------
        Sentence
            The sentence with its figures.

        Raises
        ------
        InputError
            There is no such template, or a value is missing.
        """
        values = {"zone": self.name(about), "target": target, **values}
        rounded = {
            name: self._rounded(value) if isinstance(value, float) else value
            for name, value in values.items()
        }
        try:
            template = TEMPLATES[key]
            phrase = Phrase(
                en=template.en.format_map(self._printed(rounded, "en")),
                vi=template.vi.format_map(self._printed(rounded, "vi")),
            )
        except KeyError as error:
            raise InputError(
                en=f"Sentence {key!r}: no template or no value for {error}.",
                vi=f"Câu {key!r}: không có mẫu hoặc thiếu giá trị {error}.",
            ) from None
        return Sentence(key, about, target, rounded, phrase)

    def _rounded(self, value: float) -> float:
        if not math.isfinite(value):
            return value
        return float(clean_steps(np.array([round(value / self.step + 1e-9)]), step=self.step)[0])

    def _printed(self, values: Mapping[str, Value], language: Language) -> dict[str, str]:
        return {name: self._text(name, value, language) for name, value in values.items()}

    def _text(self, name: str, value: Value, language: Language) -> str:
        if isinstance(value, Phrase):
            return value.text(language)
        if isinstance(value, Figure):
            return format_number(value.value, language, decimals=value.decimals)
        if isinstance(value, float):
            return format_number(value, language, decimals=decimals_of(self.step))
        if isinstance(value, int) and name != "year":
            return format_number(value, language)
        return str(value)
