"""The pages of people, in a browser: WCAG 2.2 AA by axe, both schemes, 320 px, both languages."""

import os
from pathlib import Path

import axe
import pytest
from browser import hard_to_use, serving, watch

from issuer.people import register
from issuer.people.access import kept_forms
from issuer.people.access.gate import cookie_name
from issuer.people.account import own_addresses
from issuer.people.roles import Role
from issuer.people.signing_in import sign_in
from issuer.people.tables import PostRow, SignInRow
from issuer.sharing.collections import collection
from issuer.sharing.collections.collection import Edited
from issuer.sharing.owned import claims
from verifier import clock

PICTURES = os.environ.get("PICTURES")
"""A folder to put a picture of each page into, to be looked at."""


@pytest.fixture
def origin(district):
    with serving(district.app) as address:
        yield address


SIGNED_OUT = {"my-links": "/my-links?lost=1"}


def paths(district, chief):
    """Every page of the register and of signing in, with something on it."""
    now = clock.now()
    building = district.building()
    jordan = district.add("María José Example-Longname", Role.TEACHER, address="m@school.example")
    issuer = district.issuer
    with issuer.database.writing() as session:
        person = session.merge(jordan)
        register.rename(session, person, "María José Sample", now=now)
        session.add(PostRow(person_pk=person.id, building_pk=building.id, grades="6,7,8"))
        browser = {"browser": "b", "device": "Firefox, Windows", "lands_on": "", "language": "en"}
        sign_in.ask(session, issuer.settings, "m@school.example", now=now, **browser)
        session.flush()
        asked = session.query(SignInRow).one()
        link = sign_in.link_token(issuer.settings, asked)
        invited = sign_in.invite(session, issuer.settings, person, now=now)
        fields = [("name", "Ada Example"), ("words", "A long text. " * 20)]
        form = kept_forms.keep(session, chief.id, "/people", fields, now=now)
    own = [district.issue("Sue Super", "s@x.example", approval_id=f"a-{n}") for n in (0, 1)]
    token = collection.create(issuer, Edited("Work", own=own[:1]), person=chief.id, now=now)
    own_link = own_addresses.link_token(issuer.settings, chief, "sue@home.example")
    district.issue("Sue Former", "s@x.example", approval_id="a-2")
    district.issue("María José Former", "m@school.example", approval_id="a-3")
    with issuer.database.writing() as session:
        claims.ask(session, session.merge(jordan), now=now)
    return {
        "my-credentials": "/my-credentials",
        "claims": "/claims",
        "collection": f"/collections/edit/{token}",
        "sign-in": "/sign-in",
        "sent": "/sign-in/sent",
        "elsewhere": f"/sign-in/{link}",
        "invited": f"/sign-in/{invited}",
        "ended": "/sign-in/none",
        "kept": f"/kept/{form}",
        "account": "/account",
        "wallet": "/my-credentials/wallet",
        "own-address": f"/account/addresses/{own_link}",
        "people": "/people",
        "new": "/people/new",
        "person": f"/people/{jordan.public_id}",
        "change": f"/people/{jordan.public_id}/change",
        "import": "/people/import",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_is_easy_to_use(chromium, district, origin, scheme, language):
    chief = district.add("Sue Super", Role.SUPERINTENDENT, Role.OPERATOR, address="s@x.example")
    signed_in = district.browser(chief).client
    name = cookie_name(district.issuer.settings)
    watched = watch(chromium, origin, color_scheme=scheme, viewport={"width": 320, "height": 700})
    watched.page.context.add_cookies(
        [{"name": name, "value": signed_in.get_cookie(name).value, "url": origin}]
    )
    for title, path in (paths(district, chief) | SIGNED_OUT).items():
        if title in SIGNED_OUT:
            watched.page.context.clear_cookies()
        watched.page.goto(f"{origin}{path}?lang={language}")
        assert hard_to_use(watched.page) == [], title
        assert axe.violations(watched.page) == [], title
        if PICTURES:
            file = Path(PICTURES) / f"{title}-{scheme}-{language}.png"
            watched.page.screenshot(path=file, full_page=True)
    assert [alarm for alarm in watched.alarms if "410" not in alarm] == []
