"""E-mail addresses, with their domains as mail servers know them.

>>> in_ascii("Jo@straße.example")
'Jo@xn--strae-oqa.example'
"""

import idna


def in_ascii(address: str) -> str:
    """Return an address with its domain in IDNA (`xn--…`, RFC 5891), the part before the @ as it
    is; the whole as it is if the domain cannot be one of the DNS."""
    local, at, domain = address.rpartition("@")
    try:
        return local + at + idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return address
