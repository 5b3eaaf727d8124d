"""What a person must look at in a plan that was read from a document: the end of its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layers.base.language import Language, Phrase
from layers.base.messages import message
from layers.communes.gazetteer import province_name
from zones.plan.words import clause_words

if TYPE_CHECKING:
    from zones.plan.extract.draft import Draft
    from zones.plan.extract.unread import Passage

_ROLES = {
    "change": Phrase(en="A change, no target", vi="Mức tăng, giảm, không phải chỉ tiêu"),
    "comparison": Phrase(en="A comparison, no target", vi="So sánh, không phải chỉ tiêu"),
    "present": Phrase(en="A present state, no target", vi="Hiện trạng, không phải chỉ tiêu"),
    "base": Phrase(en="Where a rise begins, no target", vi="Mức ban đầu, không phải chỉ tiêu"),
}


def draft_remarks(draft: Draft, language: Language) -> Iterator[str]:
    """Lines on what a person must look at in a draft."""
    targets = len(draft.plan.all_targets())
    yield message(
        "zones.plan.remark_draft_head",
        quantities=draft.quantities,
        targets=targets,
        count=len(draft.plan.zones),
    ).text(language)
    if tasks := len(draft.plan.tasks):
        yield message("zones.plan.remark_draft_tasks", count=tasks).text(language)
    if others := [f"{province_name(code)} ({code})" for code in draft.plan.other_provinces]:
        yield message("zones.plan.remark_other_provinces", provinces=others).text(language)
    for note in draft.notes:
        yield note.text(language)
    for name in draft.near:
        where = f"{clause_words(name.clause).text(language)}, {_at_line(name.line, language)}"
        meant = name.meant or message("zones.plan.remark_not_understood").text(language)
        yield (
            message("zones.plan.remark_confirm_before").text(language)
            + f"{name.written} = {meant} ({where})"
        )
    for loose in draft.loose_lists:
        where = f"{clause_words(loose.clause).text(language)}, {_at_line(loose.line, language)}"
        names = ", ".join(f"{one.as_written} ({one.code})" for one in loose.communes)
        count, figures = len(loose.communes), list(loose.claims)
        yield (
            message(
                "zones.plan.remark_list_of_several",
                count=count, where=where, names=names, figures=figures,
            )
            if figures
            else message("zones.plan.remark_list_of_no_zone", count=count, where=where, names=names)
        ).text(language)  # fmt: skip
    for unsure in draft.unsure:
        told = message("zones.plan.remark_confirm_subject").text(language)
        yield f"{told}{unsure.target} = {_passage_words(unsure.passage, language)}"
    for apart in draft.apart:
        told = _ROLES[apart.role].text(language)
        yield f"{told}: {_passage_words(apart.passage, language)}"
    for unread in draft.unread:
        yield message("zones.plan.remark_not_understood_before").text(language) + _passage_words(
            unread, language
        )


def _passage_words(passage: Passage, language: Language) -> str:
    where = f"{clause_words(passage.clause).text(language)}, {_at_line(passage.line, language)}"
    return f"{passage.figure} ({where}): {passage.context}"


def _at_line(line: int, language: Language) -> str:
    return message("zones.plan.remark_line", line=line).text(language)
