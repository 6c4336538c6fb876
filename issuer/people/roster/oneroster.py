"""People in a OneRoster export: a zip of CSV files (1EdTech OneRoster 1.2 CSV binding; also 1.1,
where a user's role stands with the user).

Students, parents and guardians are counted; nothing else about them is used.
"""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from issuer.people.roles import Role
from issuer.people.roster.rows import Roster, RosterError, RosterRow
from verifier.wording.words import N_

USERS: Final = "users.csv"
MOST: Final = 100 * 1024 * 1024
"""Bytes of one file, unpacked."""
_FAMILIES: Final = frozenset({"student", "parent", "guardian", "relative"})
_ROLES: Final = {
    "teacher": Role.TEACHER,
    "principal": Role.BUILDING_ADMINISTRATOR,
    "siteadministrator": Role.BUILDING_ADMINISTRATOR,
    "administrator": Role.BUILDING_ADMINISTRATOR,
}
"""What a role of OneRoster is here, lower-cased; every other one is a person without a role."""
Cells = Mapping[str, str]


def is_one(data: bytes) -> bool:
    """Return whether these are the bytes of a OneRoster zip."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(_name(entry) == USERS for entry in archive.infolist())
    except zipfile.BadZipFile:
        return False


def read(data: bytes) -> Roster:
    """Return the people of a OneRoster zip, a row for each building. Raises `RosterError`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {_name(entry): entry for entry in archive.infolist()}
        orgs = {row["sourcedid"]: row for row in _rows(archive, files, "orgs.csv")}
        roles: dict[str, list[Cells]] = defaultdict(list)
        for row in _rows(archive, files, "roles.csv"):
            roles[row.get("usersourcedid", "")].append(row)
        users = list(_rows(archive, files, USERS))
    rows: list[RosterRow] = []
    left_out = 0
    for user in users:
        held = _held(user, roles.get(user.get("sourcedid", ""), []))
        if held:
            rows += _of_user(user, held, orgs, len(rows) + 1)
        else:
            left_out += 1
    return Roster(tuple(rows), left_out)


def _held(user: Cells, roles: list[Cells]) -> list[tuple[str, str]]:
    """Return the roles of a user at school, each with the number of its building."""
    if roles:
        pairs = [(row.get("role", "").lower(), row.get("orgsourcedid", "")) for row in roles]
    else:
        where = user.get("orgsourcedids", "") or user.get("primaryorgsourcedid", "")
        pairs = [(user.get("role", "").lower(), org.strip()) for org in where.split(",")]
    return [(role, org) for role, org in pairs if role and role not in _FAMILIES]


def _of_user(
    user: Cells, held: list[tuple[str, str]], orgs: Mapping[str, Cells], number: int
) -> Iterator[RosterRow]:
    by_org: dict[str, list[Role]] = defaultdict(list)
    for role, org in held:
        by_org[org] += [_ROLES[role]] if role in _ROLES else []
    for more, (org, here) in enumerate(by_org.items()):
        known = orgs.get(org, {})
        name = " ".join(filter(None, (user.get("givenname", ""), user.get("familyname", ""))))
        values = {
            "name": name,
            "address": user.get("email", ""),
            "staff number": user.get("identifier", "") or user.get("sourcedid", ""),
            "building": known.get("identifier", "") or org,
            "building name": known.get("name", ""),
            "roles": ", ".join(here),
        }
        yield RosterRow(
            number + more,
            name=name,
            addresses=tuple(filter(None, [values["address"]])),
            staff_number=values["staff number"],
            building=values["building"],
            building_name=values["building name"],
            roles=tuple(dict.fromkeys(here)),
            cells=values,
        )


def _rows(
    archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo], name: str
) -> Iterator[Cells]:
    """Yield the rows of one file by their heads, lower-cased, but for those to be deleted."""
    if name not in files:
        return
    if files[name].file_size > MOST:
        raise RosterError(N_("a file in the archive is too large"), remedy=name)
    try:
        text = archive.read(files[name]).decode("utf-8-sig")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            cells = {str(head).lower(): (value or "").strip() for head, value in row.items()}
            if cells.get("status", "").lower() != "tobedeleted":
                yield cells
    except (UnicodeDecodeError, csv.Error, zipfile.BadZipFile, NotImplementedError) as exc:
        raise RosterError(N_("a file in the archive cannot be read"), remedy=name) from exc


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.rpartition("/")[2].lower()
