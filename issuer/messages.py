"""Every kind of message that this issuer sends, as its subjects registered them."""

from typing import Final

from issuer.issuance import letters
from issuer.outbox.kinds import Kinds, by_name
from issuer.people.signing_in import sign_in_mail

KINDS: Final[Kinds] = by_name(*letters.KINDS, sign_in_mail.MESSAGE)
