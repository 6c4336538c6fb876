"""Hooks of schemathesis: requests as a proxy passes them on, from many addresses."""

from itertools import count

import schemathesis

_asked = count()


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(_asked) // 30
    case.headers = {**(case.headers or {}), "X-Forwarded-For": f"198.51.100.{number % 250}"}
