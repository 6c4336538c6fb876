"""Collections: several credentials on one page, put together by their holder.

Only a holder's link lets a credential in. A collection is changed through a link of its own, which
can be replaced like a holder's link:

    token = create(issuer, "My credentials", "https://…/manage/…", now=now)
"""

import secrets
from collections.abc import Collection as Among
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer import issuance
from issuer.home.issuer import Issuer
from issuer.home.settings import Settings
from issuer.sharing.collections.tables import CollectionEntry, CollectionRow
from issuer.sharing.shared import Shared, find_shared

MOST: Final = 50
"""Credentials in a collection: a page is drawn at each visit."""
LONGEST_TITLE: Final = 100
_PURPOSE = "mintmark collection link"


class CollectionError(MintmarkError):
    """The collection is not stored. `links` are the lines that open no credential here."""

    def __init__(self, links: tuple[str, ...] = ()) -> None:
        super().__init__("no holder's links of this issuer, or too many")
        self.links = links


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as its page shows it, without the credentials that are private."""

    public_id: str
    title: str
    credentials: tuple[Shared, ...]
    all_credentials: tuple[Shared, ...] = ()
    """With those that are not shown: for the page on which it is changed."""


def create(issuer: Issuer, title: str, links: str, *, now: datetime) -> str:
    """Store a collection of the credentials that the links open; return its edit token."""
    row = CollectionRow(
        public_id=secrets.token_urlsafe(16), title="", edit_generation=0, created_at=now
    )
    with issuer.database.writing() as session:
        session.add(row)
        _fill(issuer, session, row, title, (), links)
        if not row.entries:
            raise CollectionError
        return _token(issuer.settings, row)


def change(issuer: Issuer, token: str, title: str, keep: Among[str], links: str) -> bool:
    """Give a collection another title, drop what is not in `keep`, add what the links open.

    False if the token opens no collection. Raises `CollectionError` and changes nothing.
    """
    with issuer.database.writing() as session:
        row = _opened(issuer, session, token)
        if row is not None:
            _fill(issuer, session, row, title, keep, links)
        return row is not None


def renew_link(issuer: Issuer, token: str) -> str | None:
    """Return the token of a new edit link; every earlier one stops working."""
    with issuer.database.writing() as session:
        row = _opened(issuer, session, token)
        if row is None:
            return None
        row.edit_generation += 1
        return _token(issuer.settings, row)


def delete(issuer: Issuer, token: str) -> bool:
    """Delete a collection; its credentials stay what they are. False if there is none."""
    with issuer.database.writing() as session:
        row = _opened(issuer, session, token)
        if row is not None:
            session.delete(row)
        return row is not None


def find(issuer: Issuer, public_id: str) -> Collection | None:
    """Return the collection with that id as everybody may see it."""
    with issuer.database.reading() as session:
        return _read(issuer, session, _row(session, public_id))


def find_edited(issuer: Issuer, token: str) -> Collection | None:
    """Return the collection that a token opens."""
    with issuer.database.reading() as session:
        return _read(issuer, session, _opened(issuer, session, token))


def _read(issuer: Issuer, session: Session, row: CollectionRow | None) -> Collection | None:
    if row is None:
        return None
    ids = [entry.credential.public_id for entry in row.entries]
    credentials = tuple(shared for id in ids if (shared := find_shared(issuer, id)))
    newest = {each.public_id: each for each in map(partial(_corrected, issuer), credentials)}
    public = tuple(shared for shared in newest.values() if not shared.private)
    return Collection(row.public_id, row.title, public, credentials)


def _corrected(issuer: Issuer, shared: Shared) -> Shared:
    """Return the credential that took the place of `shared`, if there is one; else `shared`."""
    newer = shared.corrected_by and find_shared(issuer, shared.corrected_by)
    return newer or shared


def _fill(
    issuer: Issuer,
    session: Session,
    row: CollectionRow,
    title: str,
    keep: Among[str],
    links: str,
) -> None:
    lines = [line.strip() for line in links.splitlines() if line.strip()][: MOST + 1]
    opened = [(line, issuance.managed(issuer, line.rpartition("/manage/")[2])) for line in lines]
    if unknown := tuple(line for line, credential in opened if credential is None):
        raise CollectionError(unknown)
    row.title = " ".join(title.split())[:LONGEST_TITLE]
    row.entries = [entry for entry in row.entries if entry.credential.public_id in keep]
    there = {entry.credential_pk for entry in row.entries}
    for _, credential in opened:
        if credential is not None and credential.id not in there:
            there.add(credential.id)
            row.entries.append(CollectionEntry(credential_pk=credential.id))
    if len(row.entries) > MOST:
        raise CollectionError
    for place, entry in enumerate(row.entries):
        entry.place = place
    session.flush()


def _opened(issuer: Issuer, session: Session, token: str) -> CollectionRow | None:
    try:
        public_id, generation = _serializer(issuer.settings).loads(token)
    except BadSignature:
        return None
    row = _row(session, public_id)
    return row if row is not None and row.edit_generation == generation else None


def _row(session: Session, public_id: str) -> CollectionRow | None:
    return session.scalar(select(CollectionRow).where(CollectionRow.public_id == public_id))


def _token(settings: Settings, row: CollectionRow) -> str:
    return str(_serializer(settings).dumps([row.public_id, row.edit_generation]))


def _serializer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_file.read_bytes(), salt=_PURPOSE)
