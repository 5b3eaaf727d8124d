"""Write the tables of communes and provinces, of today and until June 2025, from vietnamadminunits.

    pip download --no-deps vietnamadminunits==1.0.4
    python scripts/export_gazetteer.py vietnamadminunits-1.0.4-py3-none-any.whl

``communes-34.csv`` and ``provinces-34.csv`` have the units since July 2025; ``communes-63.csv``,
``districts-63.csv`` and ``provinces-63.csv`` those before, each commune with the codes of those
that took it over (several where it was divided). Lạng Sơn is in none of the older tables: its own,
``merges-20-2025.csv``, leads, and a unit that differs there and is not listed here ends the script.

The package (MIT) is 9 MB and needs geopy and tqdm to be imported; what is wanted from it are facts,
so they are exported once. Areas and centre points of the package are wrong and stay there.
For Lạng Sơn ``data/communes-20.csv`` leads, tone placement (Hoà, not Hòa) included: a code, a kind
or a letter that differs ends the script.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
import unicodedata
import zipfile
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
KINDS = ("xã", "phường", "đặc khu")
#: Units of Lạng Sơn whose fate differs: the package divides Hồng Phong (Bình Gia) between 06079 and
#: 06184; the table of Lạng Sơn, held against plots and boundaries, has it whole in 06079.
DIFFERING = {"06079"}


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


def read_former(wheel: Path) -> tuple[list[tuple[str, ...]], ...]:
    """Communes, districts and provinces until June 2025; communes with those of today."""
    database = sqlite3.connect(":memory:")
    with zipfile.ZipFile(wheel) as archive:
        database.deserialize(archive.read("vietnamadminunits/data/dataset.db"))
        heirs = _heirs(
            database, json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
        )
    query = (
        "SELECT wardCode, ward, districtCode, district, provinceCode, province, provinceShort, "
        "provinceKey || '_' || districtKey || '_' || wardKey FROM admin_units_legacy"
    )
    communes, districts, provinces = [], set(), set()
    for code, full_name, *place, key in database.execute(query):
        district, district_name, province, province_full, short = map(_nfc, place)
        kind = province_full.removesuffix(short).strip().lower()
        districts.add((district, district_name, province))
        if not code:
            continue  # the five island districts have no communes
        now = heirs[key]
        name = _name(_nfc(full_name))
        communes.append(
            (code, *name, district, "|".join(sorted(unit for unit, _ in now)), province)
        )
        provinces.add((province, short, kind, *{of for _, of in now}))
    if any(len(row) != 4 for row in provinces):
        sys.exit("a province went to several")
    return sorted(communes), sorted(districts), sorted(provinces)


def _heirs(database: sqlite3.Connection, converter: dict[str, dict]) -> dict[str, set]:
    """For each older commune the communes of today, each with its province."""
    query = "SELECT provinceKey, wardKey, wardCode, provinceCode FROM admin_units"
    today = {(p, w): (code, province) for p, w, code, province in database.execute(query)}
    found: dict[str, set] = {}
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, keys in wards.items():
            for key in keys:
                found.setdefault(key, set()).add(today[province, ward])
    for province, keys in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, parts in keys.items():
            found.setdefault(key, set()).update(today[province, p["newWardKey"]] for p in parts)
    return found


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _name(full_name: str) -> tuple[str, str]:
    """Name and kind of an older commune; a word that lost its capital (Đồng ý) gets it back."""
    kind = next(kind for kind in (*KINDS, "thị trấn") if full_name.lower().startswith(f"{kind} "))
    words = full_name[len(kind) + 1 :].split()
    return " ".join(w if w == "trường" else w[:1].upper() + w[1:] for w in words), kind


def refuse_other_fates(communes: list[tuple[str, ...]]) -> None:
    """Hold the package against the table of Lạng Sơn, which leads."""
    text = (DATA / "merges-20-2025.csv").read_text(encoding="utf-8")
    leading: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        leading.setdefault(row["old_code"], set()).add(row["new_code"])
    found = {row[0]: set(row[4].split("|")) for row in communes if row[5] == "20"}
    strange = {code for code in leading | found if leading.get(code) != found.get(code)}
    if strange != DIFFERING:
        sys.exit(f"differs from merges-20-2025.csv: {sorted(strange ^ DIFFERING)}")


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
    older, districts, former = read_former(Path(sys.argv[1]))
    if (len(older), len(districts), len(former)) != (10035, 696, 63):
        sys.exit(f"expected 10035, 696, 63; found {len(older)}, {len(districts)}, {len(former)}")
    refuse_other_fates(older)
    kept = [row[:5] for row in older if row[5] != "20"]
    write(DATA / "communes-63.csv", ("code", "name", "kind", "district", "now"), kept)
    write(DATA / "districts-63.csv", ("code", "name", "province"), districts)
    write(DATA / "provinces-63.csv", ("code", "name", "kind", "now"), former)


if __name__ == "__main__":
    main()
