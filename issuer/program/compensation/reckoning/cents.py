"""Amounts in whole cents, read and written exactly.

cents_of("1,283.47")    # 128347
dollars(128347)         # "1,283.47"
plain(128347)           # "1283.47"
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

_AMOUNT: Final = re.compile(r"\$?\s*(\d{1,3}(?:,\d{3}){1,2}|\d{1,7})(?:\.(\d{2}))?")

_MOST_DIGITS: Final = 7


def cents_of(text: str) -> int:
    """Return the cents of an amount as people write it: `62480`, `62,480.00`, `$1,283.47`.

    Raises ``ValueError`` for anything else, also for fractions of a cent, for `1,50`, and for ten
    millions and more.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or len(match[1].replace(",", "")) > _MOST_DIGITS:
        raise ValueError(f"{text!r} is not an amount such as 1283.47")
    whole, cents = match.groups()
    return int(whole.replace(",", "")) * 100 + int(cents or 0)


def dollars(cents: int) -> str:
    """Return an amount with two decimals, and a comma at each thousand."""
    return f"{Decimal(cents) / 100:,.2f}"


def plain(cents: int) -> str:
    """Return an amount with two decimals and nothing else, for programs that read it."""
    return f"{Decimal(cents) / 100:.2f}"


def rounded(amount: Fraction) -> int:
    """Return whole cents; half a cent is rounded up, as payroll does."""
    quotient = Decimal(amount.numerator) / Decimal(amount.denominator)
    return int(quotient.quantize(Decimal(1), ROUND_HALF_UP))
