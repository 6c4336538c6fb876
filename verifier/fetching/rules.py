"""Which addresses may be fetched, and how long a response may be cached; no I/O.

Every address comes from an untrusted credential (T20): only https on port 443 or on a port that
the operator has allowed, and only hosts of the public internet.

>>> is_allowed("10.0.0.1"), is_allowed("93.184.216.34")
(False, True)
"""

import ipaddress
import re
from collections.abc import Container, Mapping

from verifier.parsing import web_address
from verifier.parsing.web_address import LOCALHOST

_UNICAST_6 = ipaddress.ip_network("2000::/3")
"""All that is handed out of IPv6. Outside it are translators to IPv4 (`64:ff9b::/96`,
`::a.b.c.d`), site-local and unassigned ranges, some of which Python calls global."""
# Not public, but not all known as such to Python's own tables: addresses that lead through
# a translator to private ones, and ranges set aside for documentation and benchmarks.
_BLOCKED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "2002::/16", "2001::/23", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
    )
)  # fmt: skip
_HOST_AND_PORT = re.compile(r"([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):([1-9][0-9]{0,4})")
_SECONDS = re.compile(r"[0-9]{1,9}")


def host_and_port(text: str) -> tuple[str, int]:
    """Return the host and port in `HOST:PORT`; `ValueError` says how it must be written."""
    match = _HOST_AND_PORT.fullmatch(text.lower())
    if match is None or int(match[2]) > 65535:
        raise ValueError(f"{text!r} is no HOST:PORT, such as badges.example.org:8443")
    return match[1], int(match[2])


def place(url: str, listed: Container[tuple[str, int]], *, loopback: bool) -> tuple[str, int]:
    """Return the host and port of a URL; `ValueError` says why it may not be fetched.

    `listed` holds hosts that may be asked on other ports than 443; `loopback` allows any URL on
    `localhost`.
    """
    address = web_address.read(url)
    if address is None:
        raise ValueError("not a plain web address")
    place = address.host, address.port
    usual = address.scheme == "https" and (address.port == 443 or place in listed)
    if not usual and not (loopback and address.host == LOCALHOST):
        raise ValueError("only https on its usual port is fetched")
    return place


def is_allowed(address: str, *, loopback: bool = False) -> bool:
    """Whether a verification may connect to this IP address: a public one, or with `loopback` only
    a loopback address."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if loopback:
        return ip.is_loopback
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _UNICAST_6:
        return False
    blocked = any(ip in network for network in _BLOCKED if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not blocked


def fresh_for(headers: Mapping[str, str]) -> int | None:
    """Return for how many seconds a response may be cached (RFC 9111, 5.2.2), None if it does not
    say. `headers` have names in lower case. An unclear value means 0."""
    directives = headers.get("cache-control", "").lower().split(",")
    named = {
        name.strip(): value
        for name, _, value in (directive.partition("=") for directive in directives)
    }
    if {"no-store", "no-cache", "private"} & named.keys():
        return 0
    seconds = named.get("s-maxage", named.get("max-age"))
    if seconds is None:
        return None
    texts = (seconds.strip(' "'), headers.get("age", "0"))
    whole, spent = (_SECONDS.fullmatch(text) for text in texts)
    return max(0, int(whole[0]) - int(spent[0])) if whole and spent else 0
