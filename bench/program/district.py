"""A district to measure: its application, and a browser for each role."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bench import home as homes
from bench.program import rows
from issuer.app import create_app
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.people import roles
from issuer.people.access import gate, sessions
from issuer.people.roles import Role
from issuer.people.tables import GrantRow, PersonRow


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody who is signed in: the cookie, and what each form carries."""

    cookie: str
    form_token: str


class District:
    """A home filled with a district of so many teachers."""

    def __init__(self, folder: Path, size: rows.Size, *, port: int, database: str | None) -> None:
        self.size, self.port = size, port
        self.settings: Settings = homes.make(folder / "home", port=port, database=database)
        self.app: Flask = create_app(self.settings)
        self.issuer: Issuer = self.app.extensions["mintmark"]
        rows.fill_district(self.issuer, size, datetime.now(UTC))
        gc.collect()
        gc.freeze()  # as a server does once it has started

    def browser(self, person_pk: int) -> Browser:
        """Sign a person in, as of now."""
        seen: dict[str, Any] = {"device": "x", "way": "mail", "replacing": None}
        with self.issuer.database.writing() as session:
            person = session.get_one(PersonRow, person_pk)
            token = sessions.begin(session, person, now=datetime.now(UTC), **seen)
        return Browser(token, sessions.form_token(self.settings, token))

    def client(self, role: Role | None = None) -> FlaskClient:
        """Return a client that asks the application as the first who has a role; as nobody
        without one."""
        client = self.app.test_client()
        if role is not None:
            cookie = self.browser(self.first(role)).cookie
            client.set_cookie(gate.cookie_name(self.settings), cookie)
        return client

    def first(self, role: Role) -> int:
        """Return the number of the first person who has a role."""
        today = self.settings.local(datetime.now(UTC)).date()
        whose = select(GrantRow.person_pk).where(GrantRow.role == role, roles.in_force(today))
        with self.issuer.database.reading() as session:
            return session.scalars(whose.order_by(GrantRow.id).limit(1)).one()

    def post(self, client: FlaskClient, path: str, fields: Mapping[str, object]) -> None:
        """Send a form that has to be taken."""
        cookie = client.get_cookie(gate.cookie_name(self.settings))
        assert cookie is not None
        token = sessions.form_token(self.settings, cookie.value)
        answer = client.post(path, data={**fields, gate.FORM_TOKEN: token})
        assert answer.status_code == 303, (path, answer.status_code, answer.text[:500])
        assert "done=" in answer.location, (path, answer.location)
