"""People of a district, and browsers in which they are signed in: for tests of pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update

from issuer import issuance
from issuer.home.issuer import Issuer
from issuer.home.settings import PROGRAM
from issuer.issuance.approval import from_data
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.messages import KINDS
from issuer.outbox import worker
from issuer.people import register, roles
from issuer.people.access import sessions
from issuer.people.access.gate import cookie_name
from issuer.people.tables import BuildingRow, PersonRow
from issuer.program.projects import drafts
from issuer.program.projects.states import State
from verifier import clock

ANY_PAGE = "any page"


@dataclass
class District:
    """An application with people in it."""

    app: Flask
    issuer: Issuer

    def add(self, name="Jordan Example", *role_names, address=None, building=None) -> PersonRow:
        now = clock.now()
        with self.issuer.database.writing() as session:
            person = register.add(session, name, now=now)
            if address:
                register.add_address(session, person, address, verified_at=now)
            where = building and session.merge(building)
            for role in role_names:
                needed = where if role in roles.OF_A_BUILDING else None
                first_day = self.issuer.settings.local(now).date() - timedelta(days=1)
                roles.grant(session, person, role, first_day=first_day, building=needed, now=now)
        return person

    def building(self, code="7", name="Middle School") -> BuildingRow:
        with self.issuer.database.writing() as session:
            row = BuildingRow(code=code, name=name)
            session.add(row)
        return row

    def issue(
        self, name="Jordan Example", *emails, approval_id="a-1", revision=1, at=None, **recipient
    ) -> str:
        """Issue a credential as a webhook would; return its id."""
        emails = emails or ("jordan@school.example",)
        data = {
            "approval_id": approval_id,
            "revision": revision,
            "achievement": {"id": "rhythms"},
            "recipient": {"name": name, "emails": list(emails), **recipient},
            "narrative": {"skill": "s", "goal": "g", "measured_outcome": "o"},
            "levels": {"learning": "met", "work": "met"},
            "approved_at": "2026-05-15T15:00:00Z",
        }
        if revision > 1:
            data["reason"] = "It was misspelt."
        event = f"{approval_id}.{revision}"
        return issuance.receive(
            self.issuer, from_data(data), source="forms", event_id=event, now=at or clock.now()
        ).credential_id

    def earn(self, project: str) -> str:
        """Let a project earn its credential, as a release does; return the credential's id."""
        credential = self.issue(approval_id=f"program:{project}")
        with self.issuer.database.writing() as session:
            row = drafts.locked(session, project)
            assert row is not None
            row.state = State.ISSUED
            mine = ApprovalRow.approval_id == f"program:{project}"
            session.execute(update(ApprovalRow).where(mine).values(source=PROGRAM))
        return credential

    def browser(self, person: PersonRow | None = None, *, signed_in_ago=timedelta(0)) -> "Browser":
        """A browser, in which a person is signed in."""
        client = self.app.test_client()
        if person is not None:
            with self.issuer.database.writing() as session:
                token = sessions.begin(
                    session,
                    session.merge(person),
                    device="Firefox, Linux",
                    way="mail",
                    replacing=None,
                    now=clock.now() - signed_in_ago,
                )
            client.set_cookie(cookie_name(self.issuer.settings), token)
        return Browser(client)

    def deliver(self) -> None:
        worker.deliver_due(self.issuer, KINDS, now=clock.now)


@dataclass
class Browser:
    """A browser that sends forms with the token that their page holds."""

    client: FlaskClient

    def get(self, path, **more):
        return self.client.get(path, **more)

    def post(self, path, page=ANY_PAGE, **fields):
        """Send a form, with the token that stands in `page`."""
        if page == ANY_PAGE:
            token = self._form_token()
        else:
            html = self.client.get(page).text if page else ""
            written = re.search(r'name="form_token" value="(\w+)"', html)
            token = written and written[1]
        data = {"form_token": token} if token else {}
        return self.client.post(path, data={**data, **fields})

    def _form_token(self):
        """What every page of this session has in its forms, none of which need be opened for it."""
        settings = self.client.application.extensions["mintmark"].settings
        cookie = self.client.get_cookie(cookie_name(settings))
        return sessions.form_token(settings, cookie.value) if cookie else None


@contextmanager
def statements(issuer: Issuer) -> Iterator[list[str]]:
    """Collect what is asked of the database meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(issuer.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(issuer.database.engine, "before_cursor_execute", note)


def filled(text):
    """The fields of the first card of a page, as a browser would send them."""
    form = text.partition('<form class="card"')[2].partition("</form>")[0]
    fields = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and value:
            fields[name[1]] = value[1]
    for name, value in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S
    ):
        fields[name] = value
    for name, options in re.findall(r'<select [^>]*name="([^"]+)">(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    fields.pop("form_token")
    return {name: unescape(value) for name, value in fields.items()}
