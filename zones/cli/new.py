"""``zones new``: a commented project to fill in."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path
from typing import Annotated

import typer

from zones.cli.language import language, print_json, print_line, say
from zones.cli.options import Json


def new(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help=say("Folder of the new project.", "Thư mục của dự án mới.")
        ),
    ],
    province: Annotated[
        str, typer.Option("--province", help=say("Province, code or name.", "Tỉnh, mã hoặc tên."))
    ] = "20",
    as_json: Json = False,
) -> None:
    """Write a commented project file and the table of natural areas."""
    from zones.project.template import write_new_project

    files = write_new_project(folder, province=province, language=language())
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        print_line(str(path))
    blank = _blank_areas(files[1])
    if blank:
        print_line(
            say(
                f"{files[1].name}: the official areas of {blank} communes are not known here; fill "
                "in official_area_ha.",
                f"{files[1].name}: chưa có diện tích tự nhiên công bố của {blank} xã; hãy điền cột "
                "official_area_ha.",
            )
        )
    first = shlex.quote(str(files[0]))
    print_line(
        say(
            f"Put your layers beside it, name them in the file, then: zones check {first}",
            f"Chép các lớp dữ liệu vào cạnh, khai báo trong tệp, rồi chạy: zones check {first}",
        )
    )


def _blank_areas(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return sum(not row["official_area_ha"] for row in csv.DictReader(lines))


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "new",
        help=say(
            "Write a commented project to fill in.\n\nExample: zones new my-plan --province 20",
            "Tạo tệp dự án có chú thích để điền.\n\nVí dụ: zones new ke-hoach --province 20",
        ),
    )(new)
