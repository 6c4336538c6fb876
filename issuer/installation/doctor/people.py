"""People: is somebody the superintendent, and can everybody sign in?"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from contexts.errors import MintmarkError
from issuer.home.issuer import Issuer
from issuer.home.settings import FILE, Settings
from issuer.installation.doctor.finding import Finding, failed, ok, warning
from issuer.people import roles
from issuer.people.roles import Role
from issuer.people.signing_in import openid
from issuer.people.tables import PersonRow

_HERE = select(func.count()).where(PersonRow.left_at.is_(None), PersonRow.erased_at.is_(None))


def look(issuer: Issuer, *, now: datetime) -> Iterator[Finding]:
    """Yield how people and their ways to sign in stand. Raises what the database raises."""
    today = issuer.settings.local(now).date()
    with issuer.database.reading() as session:
        count = session.scalar(_HERE) or 0
        led = roles.is_anyone(session, Role.SUPERINTENDENT, today=today)
    yield _register(count, led=led)
    yield from _ways(issuer.settings, count)


def _register(count: int, *, led: bool) -> Finding:
    first = f"mintmark people invite ADDRESS --name NAME --role {Role.SUPERINTENDENT}"
    if not count:
        return ok("people", f"nobody is in the register; the first one comes by: {first}")
    if not led:
        return warning("people", f"{count} are here, and none is the superintendent", first)
    return ok("people", f"{count} are in the register")


def _ways(settings: Settings, count: int) -> Iterator[Finding]:
    """Yield whether each provider can be asked; and a warning where there is no way at all."""
    for provider in settings.sign_in:
        part = f"sign-in by {provider.title}"
        try:
            openid.check(provider)
            yield ok(part, f"{provider.issuer} can be asked")
        except MintmarkError as exc:
            yield failed(part, str(exc), f"[[sign_in]] in {FILE}")
    if count and settings.mail is None and not settings.sign_in:
        remedy = f"fill in [mail] or [[sign_in]] in {FILE}"
        yield warning("sign-in", "only links that an operator prints sign anybody in", remedy)
