"""Links that are their holder's key: short, opaque, and taken back when they are renewed (D29)."""

import re

import pytest
from sqlalchemy import select, update

from issuer import issuance
from issuer.home.link_tokens import LinkTokens
from issuer.issuance.manage import manage_url, renew
from issuer.issuance.records.tables import CredentialRow


@pytest.fixture
def tokens(settings):
    return LinkTokens(settings, "a purpose")


def test_a_token_is_128_bits_that_say_nothing(tokens):
    links = {tokens.make(name, turn) for name in ("a", "b", "ab") for turn in (0, 1, 10)}
    assert len(links) == 9
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in links)
    assert tokens.make("a", 0) == tokens.make("a", 0)


def test_a_token_for_one_purpose_is_none_for_another(settings, tokens):
    other = LinkTokens(settings, "another")
    assert other.make("a", 0) != tokens.make("a", 0)
    assert other.read_signed(tokens.current("a", 0, None)) is None


@pytest.mark.parametrize("token", ["", "x", "é", "a.b", "a" * 10_000])
def test_what_is_no_token_opens_nothing(issuer, tokens, token):
    assert tokens.read_signed(token) is None
    assert issuance.managed(issuer, token) is None


@pytest.fixture
def held(issuer, approval, now):
    received = issuance.receive(issuer, approval(), source="forms", event_id="e-1", now=now)
    return received.credential_id


def row_of(issuer, public_id):
    with issuer.database.reading() as session:
        return session.scalars(
            select(CredentialRow).where(CredentialRow.public_id == public_id)
        ).one()


def token_of(issuer, public_id):
    return manage_url(issuer.settings, row_of(issuer, public_id)).rpartition("/")[2]


def change(issuer, **values):
    with issuer.database.writing() as session:
        session.execute(update(CredentialRow).values(**values))


def test_the_database_holds_no_token(issuer, held):
    token = token_of(issuer, held)
    assert len(token) == 22
    assert token.encode() not in row_of(issuer, held).manage_hash
    assert issuance.managed(issuer, token).public_id == held


def test_a_link_that_was_mailed_before_there_were_short_ones_goes_on_working(issuer, held):
    change(issuer, manage_hash=None)
    old = token_of(issuer, held)
    assert len(old) > 60
    assert issuance.managed(issuer, old).public_id == held
    with issuer.database.writing() as session:
        renew(issuer.settings, session.scalars(select(CredentialRow)).one())
    assert issuance.managed(issuer, old) is None
    new = token_of(issuer, held)
    assert (len(new), issuance.managed(issuer, new).public_id) == (22, held)


def test_with_another_secret_old_links_end_and_new_ones_are_given(issuer, held):
    """docs/operations.md: every such link ends."""
    old = token_of(issuer, held)
    issuer.settings.secret_file.write_bytes(b"another secret, as after a leak\n")
    assert issuance.managed(issuer, old) is None
    new = token_of(issuer, held)
    assert new != old
    assert issuance.managed(issuer, new).public_id == held
