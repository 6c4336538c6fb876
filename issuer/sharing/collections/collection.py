"""Collections: several credentials on one page, put together by their holder.

Only a holder's link lets a credential in, or being signed in as its holder. A collection is changed
through a link of its own, which can be replaced like a holder's link:

    token = create(issuer, Edited("My work", links="https://…/manage/…"), person=None, now=now)
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from contexts.errors import MintmarkError
from issuer import issuance
from issuer.database.pressed_twice import alike
from issuer.home.issuer import Issuer
from issuer.home.link_tokens import LinkTokens
from issuer.home.settings import Settings
from issuer.issuance.records.tables import CredentialRow
from issuer.people.tables import PersonRow
from issuer.sharing.collections.tables import (
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    LONGEST_WORDS,
    CollectionEntry,
    CollectionRow,
)
from issuer.sharing.owned import ownership
from issuer.sharing.shared import Shared, find_shared

MOST: Final = 50
"""Credentials in a collection: a page is drawn at each visit."""
_PURPOSE = "mintmark collection link"
_PLAIN_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


class CollectionError(MintmarkError):
    """The collection is not stored. `links` are the lines that open no credential here."""

    def __init__(self, links: tuple[str, ...] = ()) -> None:
        super().__init__("no holder's links of this issuer, or too many")
        self.links = links


@dataclass(frozen=True, slots=True)
class Collected:
    """A credential of a collection, and what its holder says of it there."""

    shared: Shared
    sentence: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: its title and words, and its credentials in their order.

    `collected` is for its holder. Everybody sees `shown`: what is not private, and of what was
    corrected the credential that took its place.
    """

    public_id: str
    title: str
    words: str
    collected: tuple[Collected, ...]
    shown: tuple[Collected, ...]
    person: int | None = None
    """Who was signed in when it was made."""

    @property
    def total(self) -> tuple[tuple[str, str], ...]:
        """Hours and credits of all that is shown and was not withdrawn, as (unit, sum).

        A unit is left out if an amount of it is no number.
        """
        sums: dict[str, Decimal] = {}
        for member in self.shown:
            if member.shared.revoked_at is None:
                for unit, value in member.shared.shown.amounts:
                    sums[unit] = sums.get(unit, Decimal()) + _number(value)
        return tuple(
            (unit, f"{value.normalize():f}") for unit, value in sums.items() if value.is_finite()
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A collection in a list: its id, its title, and the token to change it."""

    public_id: str
    title: str
    token: str


def _number(text: str) -> Decimal:
    return Decimal(text if _PLAIN_NUMBER.fullmatch(text) else "NaN")


@dataclass(frozen=True, slots=True)
class Edited:
    """What a holder writes on the page on which a collection is changed.

    `sentences` has each credential that stays, by its id. `move` names one and says whether it goes
    `up` or `down` by one place.
    """

    title: str
    words: str = ""
    sentences: Mapping[str, str] = field(default_factory=dict)
    links: str = ""
    own: tuple[str, ...] = ()
    """The ids of more credentials, of which those count that are whoever's is signed in."""
    move: tuple[str, str] | None = None


def create(issuer: Issuer, edited: Edited, *, person: int | None, now: datetime) -> str:
    """Store a collection of the credentials in `edited`; return its edit token.

    `person` is the number of the signed-in person, who then owns the collection; of one that she
    has already, and has not changed since, it is the token. Raises `CollectionError` for none.
    """
    row = CollectionRow(public_id=secrets.token_urlsafe(16), title="", created_at=now)
    row.person_pk = person
    with issuer.database.writing() as session:
        if person is not None:
            session.get_one(PersonRow, person, with_for_update={"key_share": True})
        _fill(issuer, session, row, edited, person)
        if not row.entries:
            raise CollectionError
        if person is not None and (twin := _twin(session, row)):
            return _tokens(issuer).current(twin.public_id, twin.edit_generation, twin.edit_hash)
        session.add(row)
        return _new_link(issuer, row, 0)


def change(issuer: Issuer, token: str, edited: Edited, *, person: int | None) -> bool:
    """Give a collection the words, the order and the credentials that are in `edited`.

    `person` is the signed-in person. False if the token opens no collection. Raises
    `CollectionError` and changes nothing.
    """
    with issuer.database.writing() as session:
        row = _opened(issuer, session, token)
        if row is not None:
            _fill(issuer, session, row, edited, person)
        return row is not None


def renew_link(issuer: Issuer, token: str) -> str | None:
    """Return the token of a new edit link; every earlier one stops working."""
    with issuer.database.writing() as session:
        row = _opened(issuer, session, token)
        return None if row is None else _new_link(issuer, row, row.edit_generation + 1)


def delete(issuer: Issuer, token: str) -> bool:
    """Delete a collection; its credentials stay what they are. False if there is none."""
    with issuer.database.writing() as session:
        row = _opened(issuer, session, token)
        if row is not None:
            session.delete(row)
        return row is not None


def of_person(session: Session, settings: Settings, person: int) -> list[Listed]:
    """Return the collections of somebody, the newest first."""
    tokens = LinkTokens(settings, _PURPOSE)
    rows = session.scalars(
        select(CollectionRow)
        .where(CollectionRow.person_pk == person)
        .order_by(CollectionRow.id.desc())
    )
    return [
        Listed(
            row.public_id,
            row.title,
            tokens.current(row.public_id, row.edit_generation, row.edit_hash),
        )
        for row in rows
    ]


def find(issuer: Issuer, public_id: str) -> Collection | None:
    """Return the collection with that id."""
    with issuer.database.reading() as session:
        return _read(issuer, _row(session, public_id))


def find_edited(issuer: Issuer, token: str) -> Collection | None:
    """Return the collection that a token opens."""
    with issuer.database.reading() as session:
        return _read(issuer, _opened(issuer, session, token))


def _read(issuer: Issuer, row: CollectionRow | None) -> Collection | None:
    if row is None:
        return None
    collected = tuple(
        Collected(shared, entry.sentence)
        for entry in row.entries
        if (shared := find_shared(issuer, entry.credential.public_id))
    )
    newest = ((_corrected(issuer, member.shared), member.sentence) for member in collected)
    shown = {shared.public_id: Collected(shared, sentence) for shared, sentence in newest}
    public = tuple(member for member in shown.values() if not member.shared.private)
    return Collection(row.public_id, row.title, row.words, collected, public, row.person_pk)


def _corrected(issuer: Issuer, shared: Shared) -> Shared:
    """Return the credential that took the place of `shared`, if there is one; else `shared`."""
    newer = shared.corrected_by and find_shared(issuer, shared.corrected_by)
    return newer or shared


def _fill(
    issuer: Issuer, session: Session, row: CollectionRow, edited: Edited, person: int | None
) -> None:
    row.title = _line(edited.title, LONGEST_TITLE)
    row.words = edited.words.strip()[:LONGEST_WORDS]
    row.entries = [
        member for member in row.entries if member.credential.public_id in edited.sentences
    ]
    for entry in row.entries:
        entry.sentence = _line(edited.sentences[entry.credential.public_id], LONGEST_SENTENCE)
    if edited.move:
        _move(row.entries, *edited.move)
    _add(row, [*_linked(issuer, edited.links), *_own(session, edited.own, person)])
    if len(row.entries) > MOST:
        raise CollectionError
    for place, entry in enumerate(row.entries):
        entry.place = place
    session.flush()


def _line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest]


def _move(entries: list[CollectionEntry], public_id: str, direction: str) -> None:
    ids = [entry.credential.public_id for entry in entries]
    here = ids.index(public_id) if public_id in ids else -1
    there = here + {"up": -1, "down": 1}.get(direction, 0)
    if here >= 0 and 0 <= there < len(entries):
        entries.insert(there, entries.pop(here))


def _linked(issuer: Issuer, links: str) -> list[int]:
    """Return the credentials that the links open. Raises `CollectionError`."""
    lines = [line.strip() for line in links.splitlines() if line.strip()][: MOST + 1]
    opened = [(line, issuance.managed(issuer, line.rpartition("/manage/")[2])) for line in lines]
    if unknown := tuple(line for line, credential in opened if credential is None):
        raise CollectionError(unknown)
    return [credential.id for _, credential in opened if credential is not None]


def _own(session: Session, ids: tuple[str, ...], person: int | None) -> list[int]:
    """Return those of the credentials that are this person's."""
    if not ids or person is None:
        return []
    owned = ownership.of_person(session, session.get_one(PersonRow, person))
    which = (CredentialRow.public_id.in_(ids), CredentialRow.id.in_(owned.theirs))
    keys = select(CredentialRow.id).where(*which).order_by(CredentialRow.id.desc())
    return list(session.scalars(keys))


def _add(row: CollectionRow, keys: Iterable[int]) -> None:
    there = {entry.credential_pk for entry in row.entries}
    for key in keys:
        if key not in there:
            there.add(key)
            row.entries.append(CollectionEntry(credential_pk=key, sentence=""))


def _tokens(issuer: Issuer) -> LinkTokens:
    return LinkTokens(issuer.settings, _PURPOSE)


def _new_link(issuer: Issuer, row: CollectionRow, generation: int) -> str:
    tokens = _tokens(issuer)
    token = tokens.make(row.public_id, generation)
    row.edit_generation, row.edit_hash = generation, tokens.hashed(token)
    return token


def _twin(session: Session, row: CollectionRow) -> CollectionRow | None:
    """Return the collection of the same person that says the same; None if there is none."""
    entries = [(entry.credential_pk, entry.sentence) for entry in row.entries]
    return next(
        (
            other
            for other in alike(session, row, "person_pk", "title", "words")
            if [(entry.credential_pk, entry.sentence) for entry in other.entries] == entries
        ),
        None,
    )


def _opened(issuer: Issuer, session: Session, token: str) -> CollectionRow | None:
    tokens = _tokens(issuer)
    if named := tokens.read_signed(token):
        row = _row(session, named[0])
        return row if row is not None and row.edit_generation == named[1] else None
    hashed = CollectionRow.edit_hash == tokens.hashed(token)
    return session.scalar(select(CollectionRow).where(hashed))


def _row(session: Session, public_id: str) -> CollectionRow | None:
    return session.scalar(select(CollectionRow).where(CollectionRow.public_id == public_id))
