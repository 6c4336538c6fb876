"""The windows as a calendar that other calendars subscribe to (RFC 5545): times in UTC,
days as days.

feed([Appointment("w7-closes", "Proposals close", closes)], "Micro-credentials", now)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

_FOLD_AT: Final = 75
"""Octets in a line, without its end (RFC 5545, 3.1)."""


@dataclass(frozen=True)
class Appointment:
    """One entry: an id that stays, what it is, when, and where to read more.

    One that `begins` on a date, and at no moment, is that whole day wherever its reader is.
    """

    id: str
    title: str
    begins: datetime | date
    ends: datetime | None = None
    text: str = ""
    address: str = ""


def feed(appointments: Iterable[Appointment], name: str, now: datetime) -> bytes:
    """Return the calendar as a file in UTF-8 with CRLF line ends."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mintmark//Program//EN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(name)}"]
    for appointment in appointments:
        lines += _event(appointment, now)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _event(appointment: Appointment, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(appointment.id)}"
    yield f"DTSTAMP:{_utc(now)}"
    if isinstance(appointment.begins, datetime):
        yield f"DTSTART:{_utc(appointment.begins)}"
    else:
        yield f"DTSTART;VALUE=DATE:{appointment.begins:%Y%m%d}"
    if appointment.ends:
        yield f"DTEND:{_utc(appointment.ends)}"
    yield f"SUMMARY:{_escaped(appointment.title)}"
    if appointment.text:
        yield f"DESCRIPTION:{_escaped(appointment.text)}"
    if appointment.address:
        yield f"URL:{appointment.address}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Return a TEXT value (RFC 5545, 3.3.11), without control characters."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return "".join(character for character in text if character.isprintable())


def _folded(line: str) -> Iterator[bytes]:
    """Yield a line in pieces of at most 75 octets that cut no character in two."""
    piece = b""
    for character in line:
        encoded = character.encode()
        if len(piece) + len(encoded) > _FOLD_AT:
            yield piece
            piece = b" "
        piece += encoded
    yield piece
