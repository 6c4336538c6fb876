"""Texts with U+0000, which no database stores, are refused where they come in: as what they are.

app.before_request(plain_text.refuse_in_address)   # before the gate
app.before_request(plain_text.refuse_in_form)      # behind it, which limits a form's size
"""

from collections.abc import Iterable
from typing import Final

from flask import request

from issuer.home.problem import Problem
from issuer.web.problems import UNSTORABLE
from issuer.wording.language import gettext

ELSEWHERE: Final = ("verifier", "applicants", "api", "approvals")
"""What these take is judged and not stored, or is read as the bytes that were signed."""
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_NUL: Final = "\0"


def refuse_in_address() -> None:
    """Raise a `Problem` if the path or the query of the request holds the character."""
    if _NUL in request.path:
        raise Problem(
            UNSTORABLE, gettext("The address holds a character that no text has (U+0000).")
        )
    _refuse(request.args.lists())


def refuse_in_form() -> None:
    """Raise a `Problem` if a field of the request's form holds the character."""
    if request.mimetype in _FORMS and request.blueprint not in ELSEWHERE:
        _refuse(request.form.lists())


def _refuse(fields: Iterable[tuple[str, list[str]]]) -> None:
    for name, values in fields:
        if _NUL in name or any(_NUL in value for value in values):
            sentence = gettext("The field “%(field)s” holds a character that no text has (U+0000).")
            raise Problem(UNSTORABLE, sentence % {"field": name.replace(_NUL, "")[:40]})
