"""The form of one approval: its fields are called as in the approval, `recipient.name`,
`levels.work`, `evidence.0.url`.

fields = typed(request.form, request.files)  # what stands in the form
data = data_of(fields, settings)             # what `event.approval_of` takes
"""

import hashlib
import mimetypes
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from werkzeug.datastructures import FileStorage

from issuer.approvals.table import columns
from issuer.home.settings import Settings

Fields = dict[str, str]

MOST_EVIDENCE: Final = 20
MOST_CREDITS: Final = 5
MOST_BYTES: Final = 100 * 1024 * 1024
"""Of all files that come at once; each is read and kept nowhere."""
EMPTY_EVIDENCE: Final = 2
"""Rows for evidence that a new form has, and that each press of the button adds."""
_FIELD: Final = re.compile(
    r"approval_id|approved_at|valid_until|provider_number"
    r"|achievement\.(?:id|version)|recipient\.(?:name|language|emails\.[0-3])"
    r"|narrative\.(?:skill|goal|measured_outcome)|activity\.(?:start|end)"
    r"|credits\.[0-4]\.(?:value|unit)|(?:levels|comments)\.[a-z0-9-]+"
    r"|evidence\.(?:0|[1-9][0-9]?)\.(?:name|description|genre|audience|tier|url|sha256|media_type)"
)
_LISTS: Final = ("recipient.emails", "credits", "evidence")
_ALONE: Final = ("tier", "unit")
"""What a part of the form has before anything is typed there."""
_PIECE: Final = 1024 * 1024


def new_id() -> str:
    """Return an approval id for a new form: pressed twice, its button issues once."""
    return f"desk-{secrets.token_hex(11)}"


def typed(form: Mapping[str, str], files: Mapping[str, FileStorage]) -> Fields:
    """Return the fields of an approval in a form, without blanks and what was taken out.

    A file leaves its digest and its media type; without a name of its own, its evidence is called
    as the file is.
    """
    fields = {name: form[name].strip() for name in form if _FIELD.fullmatch(name)}
    for name, file in files.items():
        part, _, what = name.rpartition(".")
        if what == "file" and file.filename and _FIELD.fullmatch(f"{part}.sha256"):
            fields |= {f"{part}.sha256": _sha256(file), f"{part}.media_type": _kind(file.filename)}
            fields[f"{part}.name"] = fields.get(f"{part}.name") or file.filename
    left_out = tuple(name.removesuffix("out") for name in form if name.endswith(".out"))
    present = {
        name: text for name, text in fields.items() if text and not name.startswith(left_out)
    }
    return _close_up(present)


def data_of(fields: Fields, settings: Settings) -> dict[str, Any]:
    """Return the `data` of the approval that a form states; whole days become moments."""
    read = dict(fields)
    for name, moment in (("approved_at", columns.moment), ("valid_until", columns.end_of)):
        if name in read:
            read[name] = moment(settings, read[name])
    for name in read.keys() & {f"credits.{place}.value" for place in range(MOST_CREDITS)}:
        read[name] = read[name].replace(",", ".")
    whole = _nested(read)
    whole.setdefault("recipient", {}).setdefault("emails", [])
    return {"narrative": {}, "levels": {}} | whole


def count(fields: Fields, part: str) -> int:
    """Return how many entries a list has in a form."""
    return len({name.split(".")[1] for name in fields if name.startswith(f"{part}.")})


def _sha256(file: FileStorage) -> str:
    digest = hashlib.sha256()
    while piece := file.stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _kind(file_name: str) -> str:
    return mimetypes.guess_type(file_name)[0] or "application/octet-stream"


def _close_up(fields: Fields) -> Fields:
    """Number the entries of each list anew, without those in which nothing was typed."""
    places: dict[str, int] = {}
    for part in _LISTS:
        entries = sorted({_entry(name, part) for name in fields if name.startswith(f"{part}.")})
        used = [entry for entry in entries if _says_something(fields, f"{part}.{entry}")]
        places |= {f"{part}.{entry}": number for number, entry in enumerate(used)}
    closed: Fields = {}
    for name, text in fields.items():
        within = [part for part in _LISTS if name.startswith(f"{part}.")]
        entry = f"{within[0]}.{_entry(name, within[0])}" if within else ""
        if not within:
            closed[name] = text
        elif entry in places:
            closed[f"{within[0]}.{places[entry]}{name.removeprefix(entry)}"] = text
    return closed


def _entry(name: str, part: str) -> int:
    return int(name.removeprefix(f"{part}.").partition(".")[0])


def _says_something(fields: Fields, entry: str) -> bool:
    return any(
        name == entry or (name.startswith(f"{entry}.") and name.rpartition(".")[2] not in _ALONE)
        for name in fields
    )


def _nested(fields: Fields) -> dict[str, Any]:
    """Put each text at its field's place in an approval."""
    whole: dict[str, Any] = {}
    for name, text in fields.items():
        *way, last = name.split(".")
        place = whole
        for step in way:
            place = place.setdefault(step, {})
        place[last] = text
    for place, last in (
        (whole.get("recipient", {}), "emails"),
        (whole, "credits"),
        (whole, "evidence"),
    ):
        if last in place:
            place[last] = [place[last][entry] for entry in sorted(place[last], key=int)]
    return whole
