"""Signing in by mail: one link that works once, for a quarter of an hour, in the browser that
asked (T29; E42).

Opened in another browser, the link signs nobody in: it shows six digits to type into the browser
that asked. So a mail scanner that opens every link uses nothing up, and a forwarded mail gives
nothing away. Link and digits are derived from the number of the request; the table holds neither.

An unknown address gets the same answer by the same steps, so neither the answer nor its timing
reveals whether somebody has it.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.home.settings import Settings
from issuer.outbox import queue
from issuer.people import register
from issuer.people.access.sessions import digest
from issuer.people.tables import LONGEST_ADDRESS, PersonAddressRow, PersonRow, SignInRow

KIND: Final = "sign-in"
LASTS: Final = timedelta(minutes=15)
INVITED: Final = timedelta(days=1)
"""How long a link lasts that an operator printed."""
MOST_LINKS: Final = 5
"""Links for one address in a quarter of an hour; who asks for more is answered alike."""
MOST_TRIES: Final = 5
"""Wrong codes, after which the code of a request is void."""
MOST_TRIES_A_DAY: Final = 20
"""Wrong codes for one address in a day, after which only its links work."""
_PURPOSE: Final = "mintmark sign-in link"
_CODE: Final = b"mintmark sign-in code "


def ask(
    session: Session,
    settings: Settings,
    address: str,
    *,
    browser: str,
    device: str,
    lands_on: str,
    language: str,
    now: datetime,
) -> None:
    """Write down that a browser asks to sign in under an address, and put the mail out.

    Nothing here depends on whether anybody has the address. `browser` is the browser's own token.
    """
    asked_for = _asked_for(settings, address)
    row = register.of_address(session, address[:LONGEST_ADDRESS])
    known = row if row is not None and row.verified_at is not None else None
    lately = (SignInRow.asked_for == asked_for, SignInRow.created_at > now - LASTS)
    if (session.scalar(select(func.count()).where(*lately)) or 0) >= MOST_LINKS:
        return
    link = _row(lands_on=lands_on, language=language, device=device, now=now)
    link.asked_for, link.browser, link.ends_at = asked_for, digest(browser), now + LASTS
    if known is not None:
        link.address_pk, link.person_pk = known.id, known.person_pk
    session.add(link)
    queue.put(session, KIND, link.public_id, host=settings.host, now=now)


def invite(session: Session, settings: Settings, person: PersonRow, *, now: datetime) -> str:
    """Return the token of a link that signs a person in once, in any browser, for a day."""
    link = _row(lands_on="", language=person.language or "en", device="", now=now)
    link.asked_for, link.person_pk, link.ends_at = b"", person.id, now + INVITED
    session.add(link)
    session.flush()
    return link_token(settings, link)


def link_token(settings: Settings, row: SignInRow) -> str:
    """Return the secret part of the link of a request."""
    return str(_links(settings).dumps(row.public_id))


def of_link(session: Session, settings: Settings, token: str, *, now: datetime) -> SignInRow | None:
    """Return the request of a link; None if it is not ours, was used, or is too old."""
    try:
        public_id = _links(settings).loads(token)
    except BadSignature:
        return None
    which = select(SignInRow).where(SignInRow.public_id == public_id).with_for_update()
    row = session.scalar(which)
    return row if row is not None and is_open(row, now) else None


def is_asking(row: SignInRow, browser: str | None) -> bool:
    """Return whether this is the browser that asked."""
    return bool(browser and row.browser) and hmac.compare_digest(
        digest(browser or ""), row.browser or b""
    )


def code(settings: Settings, row: SignInRow) -> str:
    """Return the six digits of a request."""
    secret = settings.secret_file.read_bytes()
    signed = hmac.new(secret, _CODE + row.public_id.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(signed[:8], 'big') % 1_000_000:06}"


def of_code(
    session: Session, settings: Settings, browser: str, typed: str, *, now: datetime
) -> SignInRow | None:
    """Return the request of this browser that a code is for; None if there is none.

    A code counts once its link was opened elsewhere: before that nobody can have read it, so
    nobody can only guess it either. Each wrong one counts against every request of the browser.
    """
    typed = "".join(filter(str.isdecimal, typed))
    which = (SignInRow.browser == digest(browser), SignInRow.opened_at.is_not(None))
    rows = session.scalars(select(SignInRow).where(*which).with_for_update()).all()
    asked = [row for row in rows if is_open(row, now) and row.wrong_codes < MOST_TRIES]
    if any(_tries(session, row, now) >= MOST_TRIES_A_DAY for row in asked):
        return None
    for row in asked:
        if hmac.compare_digest(code(settings, row).encode(), typed.encode()):
            return row
    for row in asked:
        row.wrong_codes += 1
    return None


def use(session: Session, row: SignInRow, *, now: datetime) -> PersonRow | None:
    """Use up a request and return who signs in; None if that person is gone meanwhile.

    Whoever answered a mail has shown that its address is theirs.
    """
    row.used_at = now
    if row.browser is not None and row.address_pk is None:
        return None  # the address is theirs no more
    person = session.get(PersonRow, row.person_pk) if row.person_pk else None
    while person is not None and person.merged_into is not None:
        person = session.get(PersonRow, person.merged_into)
    return None if person is None or person.erased_at else person


def address_of(session: Session, row: SignInRow) -> PersonAddressRow | None:
    """Return the address that a request is for; None if nobody has it."""
    return session.get(PersonAddressRow, row.address_pk) if row.address_pk else None


def is_open(row: SignInRow, now: datetime) -> bool:
    """Return whether a request was not used and is not too old."""
    return row.used_at is None and now < row.ends_at


def _tries(session: Session, row: SignInRow, now: datetime) -> int:
    """Return how many wrong codes were typed for the address of a request within a day."""
    lately = (SignInRow.asked_for == row.asked_for, SignInRow.created_at > now - timedelta(days=1))
    return session.scalar(select(func.sum(SignInRow.wrong_codes)).where(*lately)) or 0


def _row(*, lands_on: str, language: str, device: str, now: datetime) -> SignInRow:
    return SignInRow(
        public_id=register.new_id(),
        device=device,
        lands_on=lands_on,
        language=language,
        created_at=now,
    )


def _asked_for(settings: Settings, address: str) -> bytes:
    """Return the keyed digest by which requests for an address are counted; it names nobody."""
    folded = register.folded(address[:LONGEST_ADDRESS])
    return hmac.new(settings.secret_file.read_bytes(), folded.encode(), hashlib.sha256).digest()


def _links(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_file.read_bytes(), salt=_PURPOSE)
