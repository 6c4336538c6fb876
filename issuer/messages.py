"""Every kind of message that this issuer sends, as its subjects registered them."""

from typing import Final

from issuer.approvals.table import background as tables
from issuer.issuance import letters
from issuer.outbox.kinds import Kinds, by_name
from issuer.people.account import own_addresses
from issuer.people.signing_in import sign_in_mail
from issuer.program import letters as program_letters
from issuer.program.cadre import letters as cadre_letters
from issuer.program.coaching import sign_offs
from issuer.program.evaluation import issuing
from issuer.program.evidence import link_checks
from issuer.program.partner_badges import checking
from issuer.program.records import messages as record_messages
from issuer.program.reminders import mails as reminders
from issuer.program.reminders import news_mails
from issuer.sharing.mine import claim_mail, links
from issuer.sharing.owned import ownership

KINDS: Final[Kinds] = by_name(
    *letters.kinds(ownership.mail_addresses),
    sign_in_mail.MESSAGE,
    own_addresses.MESSAGE,
    links.MESSAGE,
    claim_mail.MESSAGE,
    *program_letters.KINDS,
    link_checks.KIND,
    checking.KIND,
    *record_messages.KINDS,
    *reminders.KINDS,
    *news_mails.KINDS,
    *cadre_letters.KINDS,
    issuing.kind(sign_offs.for_approval),
    tables.MESSAGE,
)
