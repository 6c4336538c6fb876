"""Texts that no installed font can print: the certificate would show boxes in their place.

An approval is issued all the same, and its sender is told which font to install:

    for flaw in unprintable_texts(approval, settings):
        print(flaw.field, flaw.detail, flaw.remedy)
"""

import json
from collections.abc import Iterator

from sqlalchemy import select

from issuer.drawing import glyphs
from issuer.home.issuer import Issuer
from issuer.home.problem import Flaw
from issuer.home.settings import FILE, Settings
from issuer.issuance.approval import Approval, Proposed, from_data
from issuer.issuance.records.approval_tables import ApprovalRow
from issuer.issuance.records.tables import CredentialRow


def unprintable_texts(approval: Approval, settings: Settings) -> list[Flaw]:
    """Return a flaw for each text of `approval` that no font here can print."""
    return [
        Flaw("no_font", field, *problem)
        for field, text in _printed(approval, settings)
        if (problem := glyphs.unprintable(text, settings.font_folders))
    ]


def _printed(approval: Approval, settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.show_name:
        yield "data.recipient.name", approval.recipient.name
    if isinstance(approval.achievement, Proposed):
        yield "data.achievement.name", approval.achievement.name
        yield "data.achievement.description", approval.achievement.description


def unprintable_credentials(issuer: Issuer) -> Iterator[tuple[str, Flaw]]:
    """Yield the id of every credential whose certificate shows boxes, with the flaw.

    Names in the settings come first, with the file of settings as their id.
    """
    settings = issuer.settings
    names = {"issuer.name": settings.issuer_name}
    if settings.assessed_by:
        names["assessed_by.name"] = settings.assessed_by.name
    for setting, name in names.items():
        if problem := glyphs.unprintable(name, settings.font_folders):
            yield FILE, Flaw("no_font", setting, *problem)
    rows = select(CredentialRow.public_id, ApprovalRow.content).join(CredentialRow.approval)
    with issuer.database.reading() as session:
        for public_id, content in session.execute(rows.order_by(CredentialRow.id)):
            for flaw in unprintable_texts(from_data(json.loads(content)), settings):
                yield public_id, flaw
