"""``zones verify``: whether the files of an output folder still say the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zones.cli.language import print_json, print_line, say
from zones.cli.options import Json, Verbose

if TYPE_CHECKING:
    from zones.publish.verify import Verification

_SHOWN = 20


def verify(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help=say("Output folder of a run.", "Thư mục kết quả.")),
    ],
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check an output folder."""
    from dataclasses import asdict

    from zones.publish.verify import verify_folder

    result = verify_folder(folder)
    if as_json:
        print_json(
            {
                "folder": str(result.folder),
                "digest": result.digest,
                "agrees": result.agrees,
                "compared": result.compared,
                "by_bytes": result.by_bytes,
                "uncompared": result.uncompared,
                "differences": [asdict(item) for item in result.differences],
            }
        )
    else:
        for name, count in result.compared.items():
            print_line(say(f"{name}: {count} figures", f"{name}: {count} số liệu"))
        _tell_files(result)
        shown = result.differences if verbose else result.differences[:_SHOWN]
        for item in shown:
            print_line(
                say(
                    f"{item.file}, {item.place}: expected {item.expected}, found {item.found}",
                    f"{item.file}, {item.place}: phải là {item.expected}, thấy {item.found}",
                )
            )
        if len(shown) < len(result.differences):
            rest = len(result.differences) - len(shown)
            print_line(say(f"… and {rest} more (-v).", f"… và {rest} khác biệt nữa (-v)."))
        print_line(_verdict(len(result.differences), result.digest))
    if not result.agrees:
        raise typer.Exit(1)


def _tell_files(result: Verification) -> None:
    if result.by_bytes:
        count = len(result.by_bytes)
        noun = "file" if count == 1 else "files"
        print_line(
            say(
                f"{count} {noun} held byte by byte against the record of the run.",
                f"{count} tệp được đối chiếu từng byte với nhật ký của lần chạy.",
            )
        )
    if result.uncompared:
        names = ", ".join(result.uncompared)
        print_line(say(f"Not compared: {names}.", f"Không đối chiếu: {names}."))


def _verdict(count: int, digest: str) -> str:
    if count == 0:
        return say(
            f"All files compared say the same (digest {digest}).",
            f"Mọi tệp đã đối chiếu đều khớp nhau (mã số liệu {digest}).",
        )
    noun = "difference" if count == 1 else "differences"
    return say(f"{count} {noun}.", f"{count} khác biệt.")


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command(
        "verify",
        help=say(
            "Check that map, atlas, workbook, document and tables of a folder still say the same."
            "\n\nExample: zones verify out",
            "Kiểm tra bản đồ, tập bản đồ, bảng tính, văn bản và các bảng trong thư mục có còn "
            "khớp nhau không.\n\nVí dụ: zones verify out",
        ),
    )(verify)
