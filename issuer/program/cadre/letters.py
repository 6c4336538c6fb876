"""Mails about questions to the cadre and their answers. They contain no address: questions and
answers are read and written on this site."""

from functools import partial
from typing import Final

from issuer.home.issuer import Issuer
from issuer.outbox import mail
from issuer.outbox.kinds import DeliveryError, MessageKind, OvertakenError
from issuer.outbox.letter import Letter
from issuer.outbox.tables import OutboxRow
from issuer.program.cadre.tables import CadreQuestionRow
from issuer.wording import language

ASKED: Final = "cadre-question"
ANSWERED: Final = "cadre-answer"


def _send(is_answer: bool, issuer: Issuer, row: OutboxRow) -> None:
    settings = issuer.settings
    if settings.mail is None:
        raise DeliveryError("there is no [mail] in the settings")
    with issuer.database.reading() as session:
        question = session.get(CadreQuestionRow, (row.payload or {}).get("question"))
        if question is None:
            raise DeliveryError("its question is gone", for_good=True)
        if question.answer is not None and not is_answer:
            raise OvertakenError("this question was answered")
        asker, asked = question.asker, question.asked
        sender, reader = (asked, asker) if is_answer else (asker, asked)
        addresses = [address.address for address in reader.addresses if address.verified_at]
    if not addresses or reader.erased_at:
        raise DeliveryError("nobody is left to tell", for_good=True)
    letter = Letter(
        template="mail/cadre.html",
        words={
            "name": reader.name,
            "sender": sender.name,
            "text": question.answer if is_answer else question.text,
            "is_answer": is_answer,
            "page": f"{settings.public_url}/program/cadre/questions/{question.public_id}",
        },
        name=reader.name,
        addresses=addresses,
        language=language.of(reader.language, otherwise=settings.mail.language),
    )
    mail.deliver(letter, row, settings)


KINDS: Final = (
    MessageKind(ASKED, partial(_send, False)),
    MessageKind(ANSWERED, partial(_send, True)),
)
