"""What is well, what needs to be seen to and what has failed. Nothing here asks anybody."""

from datetime import datetime, timedelta
from typing import Any, Final

from issuer.installation.doctor.finding import Finding, failed, ok, unchecked, warning

CERTIFICATE: Final = timedelta(days=14)
"""Certificates are renewed when a third of their time is left; with a fifth left, or with 14 days
where that is less, the renewal does not work."""
STATUS_LIST: Final = timedelta(hours=48)
BACKUP: Final = timedelta(hours=36)
BACKUP_LOST: Final = timedelta(days=7)
DISK: Final = 2 * 1024**3
DISK_FULL: Final = 200 * 1024**2


def certificate(begins: datetime, ends: datetime, *, now: datetime) -> Finding:
    """Judge when the certificate of the public address ends."""
    left = ends - now
    message = f"the certificate holds until {ends:%Y-%m-%d}"
    if left <= timedelta():
        return failed("TLS", f"the certificate ended on {ends:%Y-%m-%d}", _RENEW)
    if left < min(CERTIFICATE, (ends - begins) / 5):
        return warning("TLS", f"{message}, {left.days} days", _RENEW)
    return ok("TLS", message)


NO_NAME: Final = "its name has no address here"
"""What stands for an answer where a name leads nowhere."""
_RENEW = "renew it: systemctl restart caddy, or certbot renew; then see why that was not done"


def document(part: str, here: Any, outside: Any) -> Finding:
    """Judge a published document, as it lies here and as everybody gets it."""
    if here == outside:
        return ok(part, "everybody gets what is published here")
    return failed(
        part,
        "everybody gets something else than what is published here",
        "look for a cache, or for another server under this name; then: mintmark publish",
    )


def status_list(number: str, here: Any, outside: Any, *, until: datetime, now: datetime) -> Finding:
    """Judge a status list by its bits, as they lie here and as everybody gets them, and its end."""
    part, left = f"status list {number}", until - now
    if here != outside:
        return failed(
            part,
            "everybody gets another list than the one here: revocations may not be seen",
            "look for a cache, or for another server under this name; then: mintmark publish",
        )
    if left <= timedelta():
        return failed(part, "it has ended: nobody can confirm a credential", "mintmark publish")
    if left < STATUS_LIST:
        hours = left // timedelta(hours=1)
        return warning(part, f"it ends in {hours} hours", "mintmark publish; see the log for why")
    return ok(part, f"everybody gets it, and it holds until {until:%Y-%m-%d %H:%M} UTC")


def clock(synchronized: bool | None) -> Finding:
    """Judge whether the system says that a time server keeps the clock."""
    if synchronized is None:
        return unchecked("clock", "this system does not say", "compare it: date -u")
    if not synchronized:
        return warning(
            "clock", "no time server keeps it right", "apt install systemd-timesyncd, then wait"
        )
    return ok("clock", "a time server keeps it right")


def disk(free: int) -> Finding:
    """Judge the bytes that are free where the home is."""
    message = f"{free / 1024**3:.1f} GB are free"
    if free < DISK_FULL:
        return failed("disk", message, "make room, or approvals will soon be refused")
    if free < DISK:
        return warning("disk", message, "make room: old backups and logs are the first to go")
    return ok("disk", message)


def backup(newest: datetime | None, folder: str, *, now: datetime) -> Finding:
    """Judge when the newest backup was made; None for never."""
    remedy = "systemctl status mintmark-backup.timer mintmark-backup.service"
    if newest is None:
        return warning(
            "backup", "none was made yet", "mintmark backup FOLDER --keep 30, from a timer"
        )
    message = f"the newest is of {newest:%Y-%m-%d %H:%M} UTC, in {folder}"
    if now - newest > BACKUP_LOST:
        return failed("backup", message, remedy)
    if now - newest > BACKUP:
        return warning("backup", message, remedy)
    return ok("backup", message)


def waiting(pending: int, dead: int) -> list[Finding]:
    """Judge how many credentials are not issued and how many mails could not be delivered."""
    credentials = (
        warning("credentials", f"{pending} are approved and not issued", "mintmark pending")
        if pending
        else ok("credentials", "all that is approved is issued")
    )
    mails = (
        warning("mails", f"{dead} could not be delivered", "mintmark outbox list")
        if dead
        else ok("mails", "none was given up")
    )
    return [credentials, mails]


def fonts(unprintable: int, first: str) -> Finding:
    """Judge how many names no font here can print; `first` says which and which font has it."""
    if unprintable:
        return warning("fonts", f"{unprintable} texts have boxes in place of letters", first)
    return ok("fonts", "every name in use can be printed")


def server(status: int, answer: Any, url: str) -> Finding:
    """Judge what `/readyz` answered under the public address; status 0 for nobody."""
    if status == 0 and answer == NO_NAME:
        return failed(
            "server",
            f"this machine does not know the name in {url}",
            "let the name lead to the web server in front of Mintmark (docs/install.md, step 4)",
        )
    if status == 0:
        return failed(
            "server",
            f"nobody answers at {url}: {answer}",
            "systemctl status mintmark caddy nginx; does the name lead here? is 443 open?",
        )
    trouble = answer.get("status") if isinstance(answer, dict) else None
    if trouble is None:
        return failed(
            "server",
            f"what answers at {url} is not Mintmark ({status})",
            "systemctl status mintmark; the web server has to pass the name on to 127.0.0.1:8202",
        )
    if status != 200:
        return failed("server", f"it says: {trouble}", "journalctl -u mintmark")
    return ok("server", f"it answers at {url}")


def webhook(status: int, answer: Any) -> Finding:
    """Judge the answer to a signed message that only tests the connection."""
    if status == 204:
        return ok("webhook", "a signed message is taken")
    why = answer.get("detail") or answer.get("title") or f"it answered {status}"
    return failed("webhook", str(why), "mintmark webhook check; restart after a change of settings")
