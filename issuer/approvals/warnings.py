"""What keeps no approval from being issued, and is worth mending before its teacher sees it."""

import json
from collections.abc import Iterator

from sqlalchemy import select

from issuer.drawing import glyphs
from issuer.home.issuer import Issuer
from issuer.home.settings import FILE, Settings
from issuer.issuance.approval import Approval, Proposed, from_data
from issuer.issuance.approval_tables import ApprovalRow
from issuer.issuance.flaws import Flaw
from issuer.issuance.tables import CredentialRow


def warnings(approval: Approval, settings: Settings) -> list[Flaw]:
    """Return each text of `approval` that no font here can print, with the font to install."""
    return [
        Flaw("no_font", field, *told)
        for field, text in _printed(approval, settings)
        if (told := glyphs.unprintable(text, settings.font_folders))
    ]


def _printed(approval: Approval, settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.show_name:
        yield "data.recipient.name", approval.recipient.name
    if isinstance(approval.achievement, Proposed):
        yield "data.achievement.name", approval.achievement.name
        yield "data.achievement.description", approval.achievement.description


def unprintable(issuer: Issuer) -> Iterator[tuple[str, Flaw]]:
    """Yield the id of every credential whose certificate has boxes in place of letters, and why.

    Before them the file of settings, where the names in it are the cause.
    """
    settings = issuer.settings
    names = {"issuer.name": settings.issuer_name}
    if settings.assessed_by:
        names["assessed_by.name"] = settings.assessed_by.name
    for setting, name in names.items():
        if told := glyphs.unprintable(name, settings.font_folders):
            yield FILE, Flaw("no_font", setting, *told)
    rows = select(CredentialRow.public_id, ApprovalRow.content).join(CredentialRow.approval)
    with issuer.database.reading() as session:
        for public_id, content in session.execute(rows.order_by(CredentialRow.id)):
            for flaw in warnings(from_data(json.loads(content)), settings):
                yield public_id, flaw
