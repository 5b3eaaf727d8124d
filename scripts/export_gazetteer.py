"""Write ``data/communes-34.csv`` and ``data/provinces-34.csv`` from a wheel of vietnamadminunits.

    pip download --no-deps vietnamadminunits==1.0.4
    python scripts/export_gazetteer.py vietnamadminunits-1.0.4-py3-none-any.whl

The package (MIT) is 9 MB and needs geopy and tqdm to be imported; what is wanted from it are 3,321
facts, so they are exported once. Areas and centre points of the package are wrong and stay there.
For Lạng Sơn ``data/communes-20.csv`` leads, tone placement (Hoà, not Hòa) included: a code, a kind
or a letter that differs ends the script.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import sys
import unicodedata
import zipfile
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
KINDS = ("xã", "phường", "đặc khu")


def read_wheel(wheel: Path) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Rows (code, name, kind, province) and (code, name, kind) of a wheel."""
    database = sqlite3.connect(":memory:")
    with zipfile.ZipFile(wheel) as archive:
        database.deserialize(archive.read("vietnamadminunits/data/dataset.db"))
    communes = []
    provinces = set()
    query = "SELECT wardCode, ward, provinceCode, province, provinceShort FROM admin_units"
    for code, full_name, province, province_full, province_name in database.execute(query):
        # ``ward`` is the official full name; ``wardShort`` and ``wardType`` disagree in four rows.
        text = unicodedata.normalize("NFC", full_name)
        kind = next(kind for kind in KINDS if text.lower().startswith(f"{kind} "))
        communes.append((code, text[len(kind) + 1 :], kind, province))
        province_kind = province_full.removesuffix(province_name).strip().lower()
        provinces.add((province, unicodedata.normalize("NFC", province_name), province_kind))
    return sorted(communes), sorted(provinces)


def lead(communes: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Take Lạng Sơn from the table that leads, once codes, kinds and letters are seen to agree."""
    text = (DATA / "communes-20.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    leading = sorted((row["code"], row["name"], row["kind"], "20") for row in rows)
    found = [row for row in communes if row[3] == "20"]
    if [(c, letters(n), k) for c, n, k, _ in leading] != [
        (c, letters(n), k) for c, n, k, _ in found
    ]:
        sys.exit(f"differs from communes-20.csv: {sorted(set(leading) ^ set(found))}")
    return sorted([row for row in communes if row[3] != "20"] + leading)


def letters(name: str) -> list[str]:
    """Letters and tones in an order of their own, so that Hoà and Hòa are one."""
    return sorted(unicodedata.normalize("NFD", name))


def write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write a table with Unix line ends, so that every system writes the same bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Export, after the checks."""
    communes, provinces = read_wheel(Path(sys.argv[1]))
    if len(communes) != 3321 or len({row[0] for row in communes}) != 3321 or len(provinces) != 34:
        sys.exit(f"expected 3321 communes of 34 provinces, found {len(communes)}, {len(provinces)}")
    write(DATA / "communes-34.csv", ("code", "name", "kind", "province"), lead(communes))
    write(DATA / "provinces-34.csv", ("code", "name", "kind"), provinces)


if __name__ == "__main__":
    main()
