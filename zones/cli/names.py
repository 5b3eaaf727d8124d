"""``zones names``: which commune is meant, which there are, and tables of old ones made new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from zones.cli.language import language, print_json, print_line, say

if TYPE_CHECKING:
    from layers.communes.match import Match, NoMatch
    from layers.convert.rows import CommuneColumns
    from zones.inputs.convert_file import FileConversion

__all__ = ["convert", "list_units", "register", "resolve"]

_JSON = typer.Option(False, "--json", help=say("Machine-readable output.", "Kết quả dạng JSON."))
_PROVINCE = typer.Option(
    "", "--province", help=say("Province, code or name.", "Tỉnh, mã hoặc tên."), show_default=False
)
_ON = typer.Option(
    "",
    "--on",
    metavar="DATE",
    help=say(
        "Day or year of the source; today's communes without it.",
        "Ngày hoặc năm của nguồn; bỏ trống là các xã hiện nay.",
    ),
    show_default=False,
)


def resolve(
    texts: list[str] = typer.Argument(
        ..., metavar="TEXT…", help=say("Names as written.", "Tên xã như trong văn bản.")
    ),
    province: str = _PROVINCE,
    on: str = _ON,
    as_list: bool = typer.Option(
        False,
        "--list",
        help=say("Each text is a sentence with a list.", "Mỗi đoạn là một câu có danh sách xã."),
    ),
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help=say("Tell the runners-up.", "In cả các xã gần giống.")
    ),
    as_json: bool = _JSON,
) -> None:
    """Resolve names; exit code 1 where one must be confirmed or means no single commune."""
    from layers.communes.match import NoMatch
    from layers.communes.matching import match_commune

    found: list[Match | NoMatch] = []
    lists: list[dict[str, Any]] = []
    for text in texts:
        if as_list:
            matches, told = _read_list(text, province, on)
            found += matches
            lists.append(told)
        else:
            found.append(match_commune(text, province=province or None, on=on or None))
    if as_json:
        print_json({"names": [_record(one) for one in found], "lists": lists})
    else:
        for one in found:
            _print_found(one, verbose=verbose)
        for told in lists:
            _print_list(told)
    doubtful = any(isinstance(one, NoMatch) or one.confirm for one in found)
    if doubtful or any(told["duplicates"] for told in lists):
        raise typer.Exit(1)


def _read_list(text: str, province: str, on: str) -> tuple[list[Match | NoMatch], dict[str, Any]]:
    from layers.base.errors import InputError
    from layers.communes.name_lists import read_name_list

    if not province:
        raise InputError(
            en="A list is read for one province: give --province.",
            vi="Danh sách phải thuộc một tỉnh: hãy nêu --province.",
        )
    names = read_name_list(text, province=province, on=on or None)
    told = {
        "text": text,
        "communes": len(names.codes),
        "open": names.open,
        "whole_province": names.whole_province,
        "duplicates": [duplicate.name for duplicate in names.duplicates],
    }
    return [*names.matches, *names.unresolved], told


def _record(found: Match | NoMatch) -> dict[str, Any]:
    from layers.communes.match import NoMatch

    if isinstance(found, NoMatch):
        others = [
            {"code": c.unit.code, "name": c.unit.name, "score": c.score} for c in found.candidates
        ]
        message = found.message.text(language())
        return {
            "text": found.text,
            "code": None,
            "reason": found.reason,
            "message": message,
            "candidates": others,
        }
    return {
        "text": found.text,
        "code": found.code,
        "name": found.name,
        "kind": found.unit.kind,
        "province": found.unit.province,
        "district": found.unit.district or None,
        "vintage": found.unit.vintage,
        "how": found.how,
        "score": found.score,
        "confirm": found.confirm,
        "remark": found.remark.text(language()) if found.remark else None,
        "runners_up": [
            {"code": c.unit.code, "name": c.unit.name, "score": c.score} for c in found.runners_up
        ],
    }


def _print_found(found: Match | NoMatch, *, verbose: bool) -> None:
    from layers.communes.match import NoMatch

    if isinstance(found, NoMatch):
        print_line(f"{found.text!r}: – ({found.message.text(language())})")
        return
    ways = {
        "exact": say("exact", "đúng tên"),
        "spelling": say("spelling", "cách viết khác"),
        "alias": say("alias", "tên gọi khác"),
        "near": say(
            f"near, {found.score:.2f}: please confirm",
            f"gần giống, {found.score:.2f}: cần xác nhận",
        ),
    }
    remark = f"; {found.remark.text(language())}" if found.remark else ""
    print_line(f"{found.text!r}: {found.unit.label} ({ways[found.how]}{remark})")
    if verbose:
        for other in found.runners_up:
            print_line(f"    {other.score:.2f}  {other.unit.label}")


def _print_list(told: dict[str, Any]) -> None:
    whole = say(", the whole province", ", toàn tỉnh") if told["whole_province"] else ""
    end = say("open list", "danh sách mở") if told["open"] else say("closed list", "danh sách đóng")
    twice = ", ".join(told["duplicates"])
    more = say(f"; named more than once: {twice}", f"; bị lặp: {twice}") if twice else ""
    print_line(
        say(f"{told['communes']} communes, ", f"{told['communes']} xã, ") + end + whole + more
    )


def list_units(province: str = _PROVINCE, on: str = _ON, as_json: bool = _JSON) -> None:
    """List the communes in force on a day."""
    from layers.communes.gazetteer import communes_on

    units = communes_on(province or None, on or None).values()
    if as_json:
        names = ("code", "name", "kind", "province", "district", "vintage")
        print_json([{name: getattr(unit, name) or None for name in names} for unit in units])
        return
    for unit in units:
        district = f"\t{unit.district}" if unit.district else ""
        print_line(f"{unit.code}\t{unit.kind}\t{unit.name}{district}")


def convert(
    table: Path = typer.Argument(
        ..., metavar="TABLE", help=say("Table or layer.", "Bảng hoặc lớp bản đồ.")
    ),
    from_: str = typer.Option(
        ...,
        "--from",
        metavar="DATE",
        help=say("Day or year of its communes.", "Thời điểm của bảng."),
    ),
    to: str = typer.Option(
        "",
        "--to",
        metavar="DATE",
        help=say("Day or year wanted (default: today's).", "Thời điểm cần (mặc định: hiện nay)."),
        show_default=False,
    ),
    out: Path = typer.Option(..., "-o", "--out", help=say("File to write.", "Tệp kết quả.")),
    code_column: str = typer.Option("", "--code-column", help=say("Codes.", "Cột mã xã.")),
    name_column: str = typer.Option("", "--name-column", help=say("Names.", "Cột tên xã.")),
    district_column: str = typer.Option(
        "", "--district-column", help=say("Districts.", "Cột tên huyện.")
    ),
    province: str = _PROVINCE,
    sums: list[str] = typer.Option(
        [],
        "--sum",
        metavar="COLUMN",
        help=say("Figures that add (repeat).", "Cột số liệu cộng được."),
    ),
    keys: list[str] = typer.Option(
        [],
        "--by",
        metavar="COLUMN",
        help=say("Crop, year: tells rows apart (repeat).", "Cột phân biệt dòng: cây trồng, năm."),
    ),
    rates: list[str] = typer.Option(
        [],
        "--rate",
        metavar="NAME=A/B*100",
        help=say("Rate to compute again (repeat).", "Tỷ lệ cần tính lại."),
    ),
    decimal: str = typer.Option(
        "", "--decimal", help=say("Decimal mark: , or .", "Dấu thập phân: , hoặc .")
    ),
    rows: str = typer.Option(
        "",
        "--rows",
        metavar="keep|add",
        help=say(
            "Keep records, or add figures up (default: keep those of a layer).",
            "Giữ từng bản ghi, hoặc cộng số liệu (mặc định: lớp bản đồ thì giữ).",
        ),
    ),
    layer: str = typer.Option("", "--layer", help=say("Layer of the file.", "Lớp trong tệp.")),
    sheet: str = typer.Option("", "--sheet", help=say("Sheet.", "Trang tính.")),
    communes: Path = typer.Option(
        None,
        "--communes",
        help=say("Boundaries of today.", "Lớp ranh giới xã hiện nay."),
        show_default=False,
    ),
    communes_code: str = typer.Option("code", "--communes-code", metavar="COLUMN"),
    communes_layer: str = typer.Option("", "--communes-layer", metavar="LAYER"),
    plots: Path = typer.Option(
        None,
        "--plots",
        help=say(
            "Plots or old boundaries with old codes, to measure divided units.",
            "Lớp lô hoặc ranh giới cũ có mã cũ, để đo phần của đơn vị bị chia tách.",
        ),
        show_default=False,
    ),
    plots_code: str = typer.Option("maxa", "--plots-code", metavar="COLUMN"),
    confirm: list[str] = typer.Option(
        [],
        "--confirm",
        metavar="TEXT=CODE",
        help=say("Misspelt name you have checked (repeat).", "Tên viết sai đã kiểm tra."),
    ),
    overwrite: bool = typer.Option(
        False, "--overwrite", help=say("Replace earlier results.", "Ghi đè kết quả cũ.")
    ),
    verbose: bool = typer.Option(
        False, "-v", "--verbose", help=say("Tell every link.", "In mọi liên hệ cũ – mới.")
    ),
    as_json: bool = _JSON,
) -> None:
    """Convert a table or layer; exit code 1 where something was split by guess or set aside."""
    from layers.convert.columns import ColumnRoles, parse_rate
    from zones.inputs.convert_file import Boundaries, Request, convert_file

    today = Boundaries(communes, communes_code, communes_layer or None) if communes else None
    request = Request(
        path=table,
        out=out,
        from_=from_,
        to=to or None,
        province=province,
        units=_units(code_column, name_column, district_column, confirm),
        figures=ColumnRoles(
            tuple(sums) or None,
            tuple(keys) or None,
            dict(parse_rate(rate) for rate in rates),
            _one_of(decimal, (",", "."), "--decimal"),
        ),
        rows=_one_of(rows, ("keep", "add"), "--rows"),
        layer=layer or None,
        sheet=sheet or None,
        communes=today,
        plots=Boundaries(plots, plots_code) if plots else None,
        overwrite=overwrite,
    )
    _report(convert_file(request, language=language()), verbose=verbose, as_json=as_json)


def _one_of(text: str, allowed: tuple[str, ...], option: str) -> Any:
    from layers.base.errors import InputError

    if not text or text in allowed:
        return text or None
    raise InputError(
        en=f"{option}: expected {' or '.join(allowed)}, found {text!r}.",
        vi=f"{option}: cần {' hoặc '.join(allowed)}, lại thấy {text!r}.",
    )


def _units(code: str, name: str, district: str, confirm: list[str]) -> CommuneColumns:
    from layers.base.errors import InputError
    from layers.convert.rows import CommuneColumns

    if not code and not name:
        raise InputError(
            en="Say which column tells the commune: --code-column or --name-column.",
            vi="Hãy nêu cột chỉ xã: --code-column hoặc --name-column.",
        )
    pairs = [text.rpartition("=") for text in confirm]
    bad = [
        text for text, (left, _, right) in zip(confirm, pairs, strict=True) if not (left and right)
    ]
    if bad:
        raise InputError(
            en=f"--confirm: expected TEXT=CODE, found {bad[0]!r}.",
            vi=f"--confirm: cần TÊN=MÃ, lại thấy {bad[0]!r}.",
        )
    confirmed = {left: right for left, _, right in pairs}
    return CommuneColumns(code or None, name or None, district or None, confirmed)


def _report(done: FileConversion, *, verbose: bool, as_json: bool) -> None:
    conversion = done.conversion
    changes = conversion.links.groupby("change")["rows"].sum()
    if as_json:
        print_json(
            {
                "files": [str(path) for path in done.files],
                "rows": {str(change): int(count) for change, count in changes.items()},
                "totals": conversion.totals.to_dict("records"),
                "findings": [
                    {
                        "severity": one.severity,
                        "kind": one.kind,
                        "message": one.message.text(language()),
                        "count": one.count,
                    }
                    for one in conversion.findings.items
                ],
            }
        )
    else:
        _print_report(done, verbose=verbose)
    if conversion.findings.of("problem") or conversion.findings.of("error"):
        raise typer.Exit(1)


def _print_report(done: FileConversion, *, verbose: bool) -> None:
    from layers.base.language import format_number

    conversion = done.conversion
    links = conversion.links
    for change, words in _CHANGES.items():
        part = links[links["change"] == change]
        if len(part):
            units = part.drop_duplicates(["old_code", "old_name"])
            print_line(f"{say(*words)}: {len(units)}")
        if len(part) and verbose:
            for link in part[_SHOWN].fillna("").to_dict("records"):
                target = f" → {link['new_code']} {link['new_name']}" if link["new_code"] else ""
                print_line(f"    {link['old_code']} {link['old_name']}{target}")
    for total in conversion.totals.to_dict("records"):
        before, after, aside = (
            format_number(value, language(), decimals=2)
            for value in (total["before"], total["after"], total["set_aside"])
        )
        print_line(
            say(
                f"{total['column']}: {before} before, {after} after, {aside} set aside",
                f"{total['column']}: trước {before}, sau {after}, để riêng {aside}",
            )
        )
    severities = {
        "error": ("Error", "Lỗi"),
        "problem": ("Problem", "Vấn đề"),
        "note": ("Note", "Lưu ý"),
    }
    for finding in conversion.findings.items:
        print_line(f"{say(*severities[finding.severity])}: {finding.message.text(language())}")
    for path in done.files:
        print_line(str(path))


_SHOWN = ["old_code", "old_name", "new_code", "new_name"]

#: Changes in the order of the report.
_CHANGES = {
    "same": ("unchanged", "giữ nguyên"),
    "renamed": ("another name or code", "đổi tên hoặc mã"),
    "merged": ("merged", "sáp nhập"),
    "split": ("split", "chia tách"),
    "district": ("districts", "đơn vị cấp huyện"),
    "total": ("totals of other rows", "dòng tổng"),
    "unmatched": ("unmatched", "không khớp"),
}


def register(application: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=say("Communes: names, codes and dates.", "Xã, phường: tên, mã và thời điểm."),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command(
        "resolve",
        help=say(
            'Which commune is meant.\n\nExample: zones names resolve "Diềm He" --province 20',
            'Tên này là xã nào.\n\nVí dụ: zones names resolve "Diềm He" --province 20',
        ),
    )(resolve)
    group.command(
        "list",
        help=say(
            "Communes in force on a day.\n\nExample: zones names list --province 20 --on 2024",
            "Các xã, phường tại một thời điểm.\n\nVí dụ: zones names list --province 20 --on 2024",
        ),
    )(list_units)
    group.command(
        "convert",
        help=say(
            "Carry a table or layer of old communes to those of today.\n\n"
            "Example: zones names convert rung-2023.csv --from 2023 --to 2025 --code-column maxa "
            "-o rung-2025.csv",
            "Chuyển bảng hoặc lớp theo xã cũ sang xã hiện nay.\n\n"
            "Ví dụ: zones names convert rung-2023.csv --from 2023 --to 2025 --code-column maxa "
            "-o rung-2025.csv",
        ),
    )(convert)
    application.add_typer(group, name="names")
