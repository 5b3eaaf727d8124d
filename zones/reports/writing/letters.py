"""Letters to those who report: questions about what they sent, and reminders to those who did not.

They go back to the one reporter alone, in Vietnamese.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import pandas as pd

from layers.communes.gazetteer import province_name
from maps.annex.official import Block, OfficialContent, Text, save_official
from maps.layout.page_table import PageColumn, PageTable
from zones.project.form_schema import Form
from zones.reports.year_round import Round

AGENCY = "SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG"
_COLUMNS = (
    PageColumn("number", "TT", "count", 5),
    PageColumn("place", "Trang, ô", "text", 16),
    PageColumn("message", "Nội dung cần làm rõ", "text", 60),
    PageColumn("article", "Căn cứ", "text", 14, missing=""),
)


def _content(asked: Round, subject: str, blocks: Sequence[Block]) -> OfficialContent:
    """Letter of the department."""
    province = province_name(asked.plans[0].province)
    return OfficialContent(
        parent=f"UBND TỈNH {province.upper()}",
        agency=AGENCY,
        place=province,
        kind="",
        subject=subject,
        blocks=blocks,
        recipients=("Như trên", "Lưu: VT"),
        demo=asked.demo,
    )


def save_questions(
    questions: Iterable[tuple[str, pd.DataFrame]],
    asked: Round,
    heard: Collection[str],
    folder: Path,
) -> list[Path]:
    """Write one letter for each reporter whose figures are asked back, of its questions.

    What cannot be put to one reporter goes to whoever sent the file. Letters of the year that lie
    in the folder to those who were ``heard`` (reporters and files) and have nothing to answer any
    more are taken away; those to others stay.
    """
    made, names = [], asked.names()
    for reporter, rows in questions:
        file = rows["file"].iloc[0]
        name = names.get(reporter, reporter) if reporter else f"Đơn vị gửi tệp {file}"
        path = folder / _letter_name(reporter or file, name if reporter else "", asked.year)
        blocks: list[Block] = [
            Text(f"Kính gửi: {_addressed(reporter, name)}", heading=True),
            Text(
                f"Qua kiểm tra báo cáo năm {asked.year} của đơn vị (tệp "
                f"{'; '.join(dict.fromkeys(rows['file']))}), còn {len(rows)} nội dung dưới "
                "đây cần làm rõ. Các số liệu khác đã được ghi nhận. Đề nghị đơn vị sửa trực tiếp "
                "vào biểu rồi gửi lại; số đã kiểm tra là đúng thì ghi “xác nhận” vào cột Ghi chú "
                "của dòng đó. Đề nghị gửi về Sở trước ngày …/…/……."
            ),
            _questions(rows),
            Text("Số liệu chưa trả lời được coi là chưa có, không tính là 0."),
        ]
        subject = f"làm rõ số liệu báo cáo năm {asked.year}"
        save_official(_content(asked, subject, blocks), path, overwrite=True)
        made.append(path)
        gc.collect(1)  # A document is a ring of parts, and as large as a thousand questions
    to_files = {_letter_name(one, "", asked.year) for one in heard}
    for path in set(folder.glob(f"* {asked.year}.docx")) - set(made):
        if path.name.partition(" ")[0] in heard or path.name in to_files:
            path.unlink()
    return made


def _addressed(reporter: str, name: str) -> str:
    """Whom a letter is to: of a commune its committee."""
    return f"UBND {name}" if reporter.isdecimal() else name


def _letter_name(who: str, name: str, year: int) -> str:
    """Name of a letter: to a reporter by code and name, to whoever sent a file by that file."""
    return f"{who} {name}".strip().replace("/", "-") + f" {year}.docx"


def _questions(rows: pd.DataFrame) -> PageTable:
    sheet = rows["sheet"]
    if (rows["file"] != rows["file"].iloc[0]).any():
        sheet = (rows["file"] + ", trang " + sheet).where(sheet != "", "")
    place = sheet.where(sheet != "", rows["file"]) + ", ô " + rows["cell"]
    told = pd.DataFrame(
        {
            "number": range(1, len(rows) + 1),
            "place": place.where(rows["cell"] != "", rows["file"]).to_numpy(),
            "message": rows["message_vi"].to_numpy(),
            "article": rows["article"].to_numpy(),
        }
    )
    articles = told["article"].ne("").any()
    columns = tuple(one for one in _COLUMNS if one.key != "article" or articles)
    return PageTable("Câu hỏi", "Nội dung đề nghị làm rõ", "targets", columns, told)


def save_reminder(
    missing: Sequence[str], form: Form, last_day: dt.date, asked: Round, path: Path
) -> Path:
    """Write the letter that reminds all who have not reported."""
    listed = pd.DataFrame({"number": range(1, len(missing) + 1), "name": list(missing)})
    columns = (PageColumn("number", "TT", "count", 6), PageColumn("name", "Đơn vị", "text", 60))
    blocks: list[Block] = [
        Text("Kính gửi: Các đơn vị có tên dưới đây", heading=True),
        Text(
            f"Theo quy định, {form.name.vi} {asked.year} gửi trước hết ngày "
            f"{last_day.day}/{last_day.month}/{last_day.year}. Đến nay còn {len(missing)} đơn vị "
            "chưa gửi. Đề nghị các đơn vị khẩn trương hoàn thành và gửi về Sở trước ngày …/…/…… "
            "để tổng hợp."
        ),
        PageTable("Đơn vị", "Danh sách đơn vị chưa gửi báo cáo", "targets", columns, listed),
    ]
    subject = f"đôn đốc gửi báo cáo năm {asked.year}"
    return save_official(_content(asked, subject, blocks), path, overwrite=True)
