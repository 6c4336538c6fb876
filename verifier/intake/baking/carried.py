"""A credential as text, JSON or a compact JWS, and how to recognize one.

>>> bare('"eyJhbGciOiJFUzI1NiJ9.e30.c2ln"')
'eyJhbGciOiJFUzI1NiJ9.e30.c2ln'
"""

import re

from contexts.errors import MintmarkError
from verifier.parsing import strict_json
from verifier.proof import jose

MAX_CREDENTIAL_BYTES = jose.MAX_BYTES
_COMPACT_JWS = re.compile(r"e[wy][A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""The header is a JSON object, so it begins with `{"`, or `{` and white space: `ey` or `ew`."""
_CUT_OFF = re.compile(r"e[wy][A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]*)?")
_TOKEN = re.compile(_COMPACT_JWS.pattern + r"(?:~[A-Za-z0-9_.-]*)*")


class BakingError(MintmarkError, ValueError):
    """The picture or the credential is not one that can be baked or unbaked. Says why."""


class PackedError(BakingError):
    """The credential is there, compressed, and was not to be inflated."""


def is_compact_jws(text: str) -> bool:
    """Return whether `text` has the shape of a compact JWS."""
    return _COMPACT_JWS.fullmatch(text) is not None


def is_token(text: str) -> bool:
    """Return whether `text` has the shape of a compact JWS, or of an SD-JWT."""
    return _TOKEN.fullmatch(text) is not None


def is_token_cut_off(text: str) -> bool:
    """Return whether `text` has the shape of a compact JWS without its end."""
    return _CUT_OFF.fullmatch(text) is not None


def bare(text: str) -> str:
    """Return text without what programs put around a credential: white space, a byte order mark,
    and the quotes of a JSON string round a token."""
    text = text.strip("\ufeff \t\r\n")
    quoted = text[:1] == text[-1:] == '"' and is_token(text[1:-1])
    return text[1:-1] if quoted else text


def is_credential(text: str) -> bool:
    """Return whether `text` may be a credential: a JSON object or a compact JWS."""
    return text.startswith("{") or is_token(text)


def check_credential(credential: str) -> None:
    """Raise `BakingError` unless the text is a JSON object or a compact JWS."""
    if is_compact_jws(credential):
        return
    try:
        strict_json.loads_object(credential)
    except strict_json.StrictJsonError as exc:
        raise BakingError(f"neither a JSON object nor a compact JWS: {exc}") from exc
