"""The forms of a credential as they are stored: without the document that each begins with.

    end = without(document, form)     # b',"proof":[…]}'
    whole(document, end) == form      # byte for byte

What does not begin with the document is stored whole, as older versions stored every form.
"""

from typing import Final

from verifier.parsing import base64url

_BETWEEN: Final = b"\0"
"""Between the parts of a stored JWT. It stands in no JWT, and in no JSON of its first two parts."""


def columns(
    document: bytes, json: bytes | None, jwt: bytes | None, to_share: bytes | None
) -> dict[str, bytes | None]:
    """Return the columns in which the forms of a credential are stored."""
    return {
        "json": json and without(document, json),
        "jwt": jwt and jwt_without(document, jwt),
        "to_share": to_share and without(document, to_share),
    }


def without(document: bytes, form: bytes) -> bytes:
    """Return what `form` has after the members of `document`: JSON begins with `{`, this with a
    comma."""
    begin = document[:-1]
    return form[len(begin) :] if form.startswith(begin + b",") else form


def whole(document: bytes, end: bytes) -> bytes:
    """Return the form that `without` made `end` of."""
    return document[:-1] + end if end.startswith(b",") else end


def jwt_without(document: bytes, jwt: bytes) -> bytes:
    """Return the decoded parts of a JWT, without `document`: base64url hides what repeats.

    A JWT that would not come back exactly is returned as it is.
    """
    try:
        header, payload, signature = map(base64url.decode, jwt.decode().split("."))
    except ValueError:
        return jwt
    parts = _BETWEEN.join((header, without(document, payload), signature))
    return parts if jwt_whole(document, parts) == jwt else jwt


def jwt_whole(document: bytes, stored: bytes) -> bytes:
    """Return the JWT that `jwt_without` made `stored` of."""
    if _BETWEEN not in stored:
        return stored
    header, payload, signature = stored.split(_BETWEEN, 2)
    return ".".join(map(base64url.encode, (header, whole(document, payload), signature))).encode()
