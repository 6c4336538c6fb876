"""Every kind of message that this issuer sends, as its subjects registered them."""

from typing import Final

from issuer.issuance import letters
from issuer.outbox.kinds import Kinds, by_name

KINDS: Final[Kinds] = by_name(*letters.KINDS)
