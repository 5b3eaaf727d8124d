"""The document that an annex goes with, named by the plan's own fields."""

from __future__ import annotations

import datetime as dt

import pytest

from zones.pages.annex_content import attached_document
from zones.plan.files import load_plan
from zones.plan.model import Names, Plan
from zones.project.model import AnnexSettings


def _plan(**changes: object) -> Plan:
    return load_plan("lang-son-2026-2030").model_copy(update=changes)


@pytest.mark.parametrize(
    ("plan", "settings", "said"),
    [
        (
            {"number": "145/KH-UBND", "date": "2026-01-12"},
            {},
            "Kế hoạch số 145/KH-UBND ngày 12/01/2026 của UBND tỉnh Lạng Sơn",
        ),
        # What the copy leaves blank stays a blank to fill in, or the project tells it.
        ({}, {}, "Kế hoạch số …… ngày …/…/2026 của UBND tỉnh Lạng Sơn"),
        (
            {},
            {"document_number": "12/QĐ-UBND", "document_date": dt.date(2026, 3, 5)},
            "Quyết định số 12/QĐ-UBND ngày 05/03/2026 của UBND tỉnh Lạng Sơn",
        ),
        (
            {"issuer": None},
            {},
            "Kế hoạch vùng nông, lâm nghiệp tập trung Lạng Sơn 2026–2030",
        ),
        # A drafted plan's name is its title alone.
        (
            {"name": Names(vi="Phát triển vùng chè", en="Tea"), "issuer": "UBND tỉnh Lào Cai"},
            {},
            "Kế hoạch số …… ngày …/…/2026 của UBND tỉnh Lào Cai",
        ),
        (
            {"number": "9/NQ-HĐND", "date": None, "issuer": "HĐND tỉnh"},
            {"language": "en"},
            "Resolution No. 9/NQ-HĐND of …/…/… by HĐND tỉnh",
        ),
    ],
)
def test_the_document_is_named_by_kind_number_day_and_issuer(
    plan: dict[str, object], settings: dict[str, object], said: str
) -> None:
    assert attached_document(_plan(**plan), AnnexSettings.model_validate(settings)) == said
