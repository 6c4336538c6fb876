"""Manage links: the address where a holder decides about a credential. It can be taken back."""

from collections.abc import Callable
from typing import Protocol

from sqlalchemy.orm import Session

from issuer.home import addresses
from issuer.home.link_tokens import LinkTokens
from issuer.home.settings import Settings
from issuer.issuance.records.tables import CredentialRow

_PURPOSE = "mintmark manage link"


class Linked(Protocol):
    """The columns of a credential's row that its link is computed from."""

    @property
    def public_id(self) -> str: ...
    @property
    def manage_generation(self) -> int: ...
    @property
    def manage_hash(self) -> bytes | None: ...


def manage_tokens(settings: Settings) -> LinkTokens:
    """Return the tokens of all manage links."""
    return LinkTokens(settings, _PURPOSE)


def manage_url(settings: Settings, row: CredentialRow) -> str:
    """Return the address where the holder manages a credential, for as long as it is current."""
    return manage_links(settings)(row)


def manage_links(settings: Settings) -> Callable[[Linked], str]:
    """Return a function that returns that address for the row of a credential."""
    current = manage_tokens(settings).current

    def link(row: Linked) -> str:
        token = current(row.public_id, row.manage_generation, row.manage_hash)
        return addresses.manage(settings, token)

    return link


def hand_over(session: Session, settings: Settings, key: int, *, generation: int) -> None:
    """Make the link of a superseded credential open this one: it gets the same generation."""
    row = session.get_one(CredentialRow, key)
    row.manage_generation = generation - 1
    renew(settings, row)
    session.flush()


def renew(settings: Settings, row: CredentialRow) -> None:
    """Give a credential another link; every earlier one opens nothing any more."""
    tokens = manage_tokens(settings)
    row.manage_generation += 1
    row.manage_hash = tokens.hashed(tokens.make(row.public_id, row.manage_generation))
