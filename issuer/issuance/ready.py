"""The mail that tells a teacher that a credential is ready, with the link to their own page."""

from issuer import issuance
from issuer.catalog import versions
from issuer.catalog.picture import badge
from issuer.drawing import images
from issuer.home import addresses
from issuer.home.issuer import Issuer
from issuer.issuance import approval
from issuer.issuance.manage import manage_url
from issuer.outbox import mail
from issuer.outbox.kinds import DeliveryError, MessageKind
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from verifier.parsing import strict_json
from verifier.web.language import LANGUAGES

_BADGE = 2 * 144


def send(issuer: Issuer, row: OutboxRow) -> None:
    """Send the mail about the credential that `row` names, in the language of its achievement.

    Raises `DeliveryError`.
    """
    settings, credential = issuer.settings, issuance.find(issuer, row.about)
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    if credential is None:
        raise DeliveryError("its credential is gone", for_good=True)
    approved = approval.from_data(strict_json.loads_object(credential.approval.content))
    achievement = versions.read(credential.approval.achievement_version)
    language = (achievement.in_language or "").partition("-")[0]
    letter = Letter(
        template="mail/issued.html",
        words={
            "name": approved.recipient.name,
            "achievement": achievement.name,
            "manage_url": manage_url(settings, credential),
            "page": f"{addresses.credential(settings, row.about)}.html",
            "ends": approved.valid_until and settings.local(approved.valid_until),
        },
        name=approved.recipient.name,
        addresses=approved.recipient.emails,
        language=language if language in LANGUAGES else settings.mail.language,
        pictures={"badge": images.within(badge(achievement, settings, "png"), _BADGE, _BADGE)},
    )
    mail.deliver(letter, row, settings)


KIND = MessageKind("issued", send)
