"""The tasks of the plans as the annex prints them: what, who and when, in words."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from layers.base.language import Language, Phrase
from layers.base.messages import joined, message
from maps.layout.words import page_day
from maps.tables import TASKS
from zones.plan.model import Plan, Task

_EVERY = {
    "year": Phrase(en="every year", vi="hằng năm"),
    "half_year": Phrase(en="every half year", vi="6 tháng một lần"),
    "always": Phrase(en="at all times", vi="thường xuyên"),
}


def tasks_in_words(plans: Iterable[Plan], language: Language) -> pd.DataFrame:
    """Tasks of plans for people, columns of ``maps.tables.TASKS``."""
    rows = [
        {
            "task": f"{plan.plan}:{task.task}",
            "name": task.name.vi if language == "vi" else task.name.en,
            "clause": task.clause,
            "responsible": "; ".join(task.responsible),
            "deadline": _when(task).text(language),
        }
        for plan in plans
        for task in plan.tasks
    ]
    return pd.DataFrame(rows, columns=TASKS.names)


def _when(task: Task) -> Phrase:
    told = [_EVERY[task.every]] if task.every in _EVERY else []
    if task.deadline:
        told.append(message("zones.pages.until", day=_day(task.deadline)))
    return joined(told, between="; ")


def _day(deadline: str) -> Phrase:
    """Day, month or year of a deadline; one of every year is a month and a day."""
    first, *others = deadline.split("-")
    if not others:
        return message("zones.pages.end_of_year", year=first)
    yearly = f"{others[0]}/{first}" if len(first) < len("2026") else page_day(deadline, "vi")
    return Phrase(en=page_day(deadline, "en"), vi=yearly)
