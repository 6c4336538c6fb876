"""E-mail addresses, with their domains as mail servers know them.

>>> in_ascii("Jo@straße.example")
'Jo@xn--strae-oqa.example'
"""

import idna


def in_ascii(address: str) -> str:
    """Return an address with its domain in IDNA (`xn--…`, RFC 5891). The part before the @ is
    unchanged, and so is the whole address if its domain is not a valid domain name."""
    local, at, domain = address.rpartition("@")
    try:
        return local + at + idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return address
