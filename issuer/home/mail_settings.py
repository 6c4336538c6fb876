"""The table `[mail]` of the settings: the mail server and the account to send as.

Without the table, no mail is sent.
"""

from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Final

from verifier.parsing.strict_toml import Table, TomlError
from verifier.web.language import LANGUAGES

PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
"""How a connection is kept secret (RFC 8314), and the port that goes with it."""
ENDING_DAYS: Final = 60
_MOST_DAYS: Final = 366
_HERE: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server, and the name under which this issuer sends."""

    host: str
    port: int
    sender: Address
    tls: str
    language: str
    username: str | None = None
    password_file: Path | None = field(default=None, repr=False)
    ending_days: int = ENDING_DAYS
    """How long before a credential ends its holder is told; 0: nobody is."""


def read_mail(table: Table, *, home: Path) -> Mail | None:
    """Return what `[mail]` sets, or None without it; `TomlError` if that cannot work."""
    if not table.values:
        return None
    host, tls = table.line("host"), table.line("tls", required=False) or "starttls"
    if tls not in PORTS:
        raise TomlError(f"mail.tls must be one of {', '.join(PORTS)}: {tls!r}")
    username = table.line("username", required=False) or None
    password_file = table.line("password_file", required=False)
    if bool(username) != bool(password_file):
        raise TomlError("mail.username and mail.password_file go together")
    if username and tls == "none" and host not in _HERE:
        raise TomlError('mail.tls = "none" would send the password in plain: use "starttls"')
    language = table.line("language", required=False) or "en"
    if language not in LANGUAGES:
        raise TomlError(f"mail.language must be one of {', '.join(LANGUAGES)}: {language!r}")
    mail = Mail(
        host=host,
        port=table.integer("port", default=PORTS[tls]),
        sender=mailbox("mail.from", table.line("from")),
        tls=tls,
        language=language,
        username=username,
        password_file=home / password_file if password_file else None,
        ending_days=_days(table.integer("ending_days", default=ENDING_DAYS)),
    )
    table.refuse_rest()
    return mail


def _days(days: int) -> int:
    if not 0 <= days <= _MOST_DAYS:
        raise TomlError(f"mail.ending_days must be 0 to {_MOST_DAYS}: {days}")
    return days


def mailbox(key: str, text: str) -> Address:
    """Return the address in `Name <name@district.example>`; `TomlError` names the setting `key`."""
    name, _, rest = text.rpartition("<")
    try:
        return Address(name.strip(' "'), addr_spec=rest.rstrip("> "))
    except (ValueError, IndexError, MessageError) as exc:
        raise TomlError(f"{key} must be like Name <badges@district.example>: {exc}") from exc
