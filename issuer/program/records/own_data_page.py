"""*My data* as a page to read: each part under a label, in the language of the person.

html = page(own_data.data(session, person), settings, code="es")
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final

from babel.dates import format_date
from markupsafe import Markup, escape

from issuer.home.settings import Settings
from issuer.people import roles
from issuer.program.evidence import artifacts
from issuer.program.projects import words
from issuer.program.projects.answers import QUESTION
from issuer.wording import language
from issuer.wording.days import written_day
from verifier.web.language import time_of_day
from verifier.wording.words import N_

NOTE: Final = N_("This is personnel data. Hand it to nobody who does not need it.")
_WHOLE: Final = N_("The file my-data.json has the same for programs.")
_ASKED: Final = N_("A question of your district")
LABELS: Final[dict[str, str]] = {
    "name": N_("Name"),
    "staff_number": N_("Staff number"),
    "other_names": N_("Other names"),
    "addresses": N_("E-mail addresses"),
    "posts": N_("Where you work"),
    "building": N_("Building"),
    "grades": N_("Grades"),
    "subjects": N_("Subjects"),
    "roles": N_("Roles"),
    "role": N_("Role"),
    "from": N_("From"),
    "to": N_("To"),
    "until": N_("Until"),
    "sign_ins": N_("Sign-ins"),
    "device": N_("Device"),
    "signed_in": N_("Signed in"),
    "last_used": N_("Last used"),
    "projects": N_("Projects"),
    "state": N_("Where it stands"),
    "proposal": N_("Proposal"),
    "completion": N_("Completed project"),
    "events": N_("What happened"),
    "at": N_("When"),
    "act": N_("Step"),
    "handed_in": N_("What was handed in"),
    "purpose": N_("Kind"),
    "number": N_("Number"),
    "answers": N_("Answers"),
    "exemplar": N_("Shown to others as an example"),
    "title": N_("Title"),
    "text": N_("Text"),
    "shown": N_("Shown since"),
    "plans": N_("Changes of the plan"),
    "plan": N_("Plan"),
    "why": N_("Why"),
    "decisions": N_("Decisions"),
    "outcome": N_("Outcome"),
    "is_corrected": N_("Corrected"),
    "criteria": N_("Criteria"),
    "study_record": N_("Study record"),
    "day": N_("Day"),
    "provider": N_("Provider"),
    "minutes": N_("Minutes"),
    "coaching": N_("Coaching log"),
    "sign_offs": N_("Signatures"),
    "evidence": N_("Evidence"),
    "id": N_("Number"),
    "description": N_("What it shows"),
    "genre": N_("Kind"),
    "criterion": N_("Criterion"),
    "tier": N_("Who may see it"),
    "file_name": N_("File"),
    "url": N_("Link"),
    "students": N_("Students"),
    "basis": N_("Consent"),
    "reference": N_("Where the consent is filed"),
    "partner_badges": N_("Badges of partners"),
    "issuer": N_("Issuer"),
}
"""What each part is called; a room that adds parts adds their labels to `OF_PART`."""
_FIELDS: Final = {name: label for name, (label, _) in words.FIELDS.items()}
OF_PART: Final[dict[str, Mapping[str, str]]] = {
    "proposal": _FIELDS,
    "completion": _FIELDS,
    "answers": _FIELDS,
}
"""Labels inside a part that are others there."""
_UNSAID: Final = ("report",)
"""What only a program reads."""
VALUES: Final[dict[str, Mapping[Any, str]]] = {
    "state": words.SHORT,
    "from": words.SHORT,
    "to": words.SHORT,
    "act": words.ACTS,
    "role": {**roles.TITLES, "administrator": N_("Building administrator")},
    "purpose": {"proposal": N_("Proposal"), "completion": N_("Completed project")},
    "outcome": {"approved": N_("Approved"), "not_yet": N_("Not yet")},
    "tier": artifacts.TIERS,
    "students": artifacts.STUDENTS,
    "basis": artifacts.CONSENT,
}
"""By part: the words of the pages for what is stored as a code."""
_DAYS: Final = ("began", "ended")
"""Fields that hold a day as text; what is none stays as it is written."""
_PAGE: Final = Markup(
    '<!DOCTYPE html><html lang="%s"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>%s</title><style>'
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;"
    "margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}dl,ol,dd{margin:0}"
    "dt{font-weight:bold;margin-top:.5rem}dd{white-space:pre-wrap}"
    "dd>dl,dd>ol{white-space:normal}"
    "dd>dl,li{border-inline-start:2px solid #8888;padding-inline-start:1rem}"
    "body>dl>dt{font-size:1.35rem;margin-top:2rem}"
    "li+li{margin-top:1rem}ol{list-style:none;padding:0}</style><h1>%s</h1><p>%s %s</p>%s</html>"
)


def page(own: Mapping[str, Any], settings: Settings, *, code: str) -> Markup:
    """Return the page, in a language of ours; what is empty is left out."""
    say = language.catalog(code).gettext
    body = _Writer(say, settings, code).part(own, LABELS)
    return _PAGE % (code, say("My data"), own["name"], say(NOTE), say(_WHOLE), body)


class _Writer:
    """Writes the parts in one language, with moments where the district is."""

    def __init__(self, say: Callable[[str], str], settings: Settings, code: str) -> None:
        self._say, self._settings, self._code = say, settings, code

    def part(self, part: Any, labels: Mapping[str, str], name: str = "") -> Markup:
        """Return a part: lists within lists, and texts."""
        if isinstance(part, Mapping):
            rows = (
                self._row(key, value, labels)
                for key, value in part.items()
                if value not in (None, "", [], {}) and key not in _UNSAID
            )
            return Markup("<dl>%s</dl>") % Markup().join(rows)
        if isinstance(part, list | tuple):
            items = (self.part(value, labels, name) for value in part if value)
            return Markup("<ol>%s</ol>") % Markup().join(map(Markup("<li>%s</li>").__mod__, items))
        return escape(self._text(part, name))

    def _row(self, key: str, value: Any, labels: Mapping[str, str]) -> Markup:
        inside = self.part(value, {**labels, **OF_PART.get(key, {})}, key)
        return Markup("<dt>%s</dt><dd>%s</dd>") % (self._label(key, labels), inside)

    def _label(self, key: str, labels: Mapping[str, str]) -> str:
        if key.startswith(QUESTION):
            return self._say(_ASKED)
        return self._say(labels.get(key, key.replace("_", " ")))

    def _text(self, value: Any, name: str) -> str:
        if isinstance(value, datetime):
            local = self._settings.local(value)
            return f"{self._day(local)}, {time_of_day(local, self._code)}"
        if isinstance(value, date):
            return self._day(value)
        if name in _DAYS:
            with suppress(ValueError):
                return self._day(written_day(value))
        if isinstance(value, bool):
            return self._say("Yes" if value else "No")
        return self._say(VALUES.get(name, {}).get(value, "")) or str(value)

    def _day(self, day: date) -> str:
        return format_date(day, "long", locale=self._code)
