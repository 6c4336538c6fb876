"""The certificate: a PDF to frame or to hand in, with the signed credential inside it (D7)."""

import json
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from textwrap import shorten
from typing import Any

import typst

from issuer.drawing import certificate_words as words
from issuer.drawing.badges.badge import kind_words
from issuer.drawing.qr_codes import check_code, offline_code
from issuer.drawing.serial import serial
from issuer.drawing.stationery import Stationery
from issuer.drawing.typesetting import typeset
from verifier.credential.model import Credential, Evidence
from verifier.parsing import web_address
from verifier.web.language import nearest
from verifier.web.report_page.markdown import plain_lines

log = logging.getLogger(__name__)

ARCHIVAL: tuple["typst.PDFStandard", ...] = ("a-3a", "ua-1")
"""PDF/A-3a: readable for decades, with a file inside. PDF/UA-1: readable by ear."""
PROVIDER_NUMBER = "ext:ProviderNumber"
_PPI = 96
"""Of a picture on a page."""
_LONGEST = 400
"""Characters of the description that a certificate prints; the page has all of them."""
_LANGUAGE = re.compile(r"(?P<lang>[a-z]{2,3})(-[A-Z][a-z]{3})?(-(?P<region>[A-Z]{2})|-[0-9]{3})?")


class Edition(StrEnum):
    """What a certificate is for. The value is the name of its template."""

    FRAME = "frame"
    """To hang: one page, the link's code alone, and who signs."""
    APPLICATION = "application"
    """To hand in: rubric, hours, evidence, and both codes."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, and whether it claims PDF/A-3a and PDF/UA-1.

    It does not where a character has no glyph in any font at hand (see `MINTMARK_FONTS`).
    """

    pdf: bytes
    archival: bool


def render(
    credential: Credential,
    *,
    edition: Edition,
    on: Stationery,
    signed: str,
    digits: str | None,
    page_url: str,
    verify_url: str,
    badge_svg: bytes,
    met_all: bool = False,
    no_longer: tuple[str, datetime] | None = None,
) -> Certificate:
    """Return the certificate of `credential`: the same bytes for the same input.

    `signed` is the credential with its proof, attached as it is. `digits` are the whole VC-JWT
    as `verifier.intake.qr` packs it, for the application; without them, or with too many, only the
    link is printed. With `met_all`, a credential whose levels are not shown has it said that the
    criteria were met. `no_longer` is a sentence such as `words.WITHDRAWN`, with its day: it
    stands across each page.
    """
    inputs = _inputs(
        credential,
        on=on,
        signed=signed,
        digits=digits if edition is Edition.APPLICATION else None,
        page_url=page_url,
        verify_url=verify_url,
        badge_svg=badge_svg,
        met_all=met_all,
        no_longer=no_longer,
    )
    moment = _awarded(credential)

    def pdf(standards: tuple["typst.PDFStandard", ...]) -> bytes:
        return typeset(
            f"{edition}.typ",
            inputs,
            "pdf",
            font_folders=on.font_folders,
            standards=standards,
            timestamp=moment,
        )

    try:
        return Certificate(pdf(ARCHIVAL), archival=True)
    except typst.TypstError as exc:
        log.warning("certificate of %s is no PDF/A (see MINTMARK_FONTS): %s", credential.id, exc)
        return Certificate(pdf(()), archival=False)


def picture(credential: Credential, *, on: Stationery, **facts: Any) -> bytes:
    """Return the certificate to frame as a PNG, to be looked at; `facts` as `render` takes them."""
    inputs = _inputs(credential, on=on, digits=None, **facts)
    return typeset(f"{Edition.FRAME}.typ", inputs, "png", _PPI, font_folders=on.font_folders)


def _inputs(
    credential: Credential,
    *,
    on: Stationery,
    signed: str,
    digits: str | None,
    page_url: str,
    verify_url: str,
    badge_svg: bytes,
    met_all: bool,
    no_longer: tuple[str, datetime] | None,
) -> dict[str, str]:
    """Return what a template reads."""
    inputs = {"badge": badge_svg.decode(), "credential": signed}
    data = _data(credential, page_url, verify_url) | {"color": on.color, "paper": on.paper}
    language = data["words"]["lang"]
    data["is_sample"] = no_longer is not None and no_longer[0] == words.SAMPLE
    data["no_longer"] = _across(no_longer, language) if no_longer else ""
    data["met"] = _met(credential, language) if met_all else ""
    inputs |= _codes(data, page_url, verify_url, digits)
    inputs |= _pictures(data, on)
    return inputs | {"data": json.dumps(data)}


def _codes(
    data: dict[str, Any], page_url: str, verify_url: str, digits: str | None
) -> dict[str, str]:
    """Return the codes as SVGs, and put their printed sizes into `data`."""
    check = check_code(page_url)
    data["check_mm"] = check.printed_mm
    offline = offline_code(verify_url, digits) if digits else None
    if offline is None:
        return {"check": check.svg()}
    data["offline_mm"] = offline.printed_mm
    return {"check": check.svg(), "offline": offline.svg()}


def _pictures(data: dict[str, Any], on: Stationery) -> dict[str, str]:
    """Return the district's pictures that there are, and put into `data` who signs."""
    pictures = {"logo": on.logo, "seal": on.seal}
    data["signatories"] = []
    for number, one in enumerate(on.signatories):
        name = f"signature{number}" if one.signature else ""
        pictures[name] = one.signature
        alt = words.say(data["words"]["lang"], words.SIGNATURE, name=one.name)
        data["signatories"].append(
            {"name": one.name, "title": one.title, "picture": name, "alt": alt}
        )
    return {name: svg for name, svg in pictures.items() if svg}


def _data(credential: Credential, page_url: str, verify_url: str) -> dict[str, Any]:
    """Return what the templates print, all of it as texts."""
    achievement = credential.achievement
    tag = (achievement and achievement.in_language) or "en"
    language = nearest(tag)
    spoken = _LANGUAGE.fullmatch(tag)
    judge = credential.source or credential.issuer
    moment = _awarded(credential)
    facts = {
        "achievement": (achievement and achievement.name)
        or credential.name
        or words.say(language, words.UNTITLED),
        "district": credential.issuer.name or credential.issuer.id,
        "name": credential.recipient_name or words.say(language, words.NAMELESS),
        "judge": judge.name or judge.id,
        "address": page_url,
        "host": web_address.site(page_url),
        "verify": verify_url.partition("://")[2],
    }
    return {
        **facts,
        "lang": spoken["lang"] if spoken else language,
        "region": spoken and spoken["region"],
        "words": {"lang": language}
        | {name: words.say(language, sentence, **facts) for name, sentence in words.LABELS.items()},
        "title": f"{facts['achievement']}: {facts['name']}",
        "running": shorten(f"{facts['name']}: {facts['achievement']}", 70, placeholder=" …"),
        "date": {"year": moment.year, "month": moment.month, "day": moment.day},
        "kind": kind_words((achievement and achievement.type) or "MicroCredential", language),
        "description": shorten(
            (achievement and achievement.description) or "", _LONGEST, placeholder=" …"
        ),
        "facts": [
            {"label": label, "value": value} for label, value in _facts(credential, language)
        ],
        "criteria": [criterion.name for criterion in credential.criteria],
        "took": plain_lines((achievement and achievement.criteria) or ""),
        "results": [
            {
                "criterion": result.description.name,
                "level": result.level.name,
                "description": result.level.description or "",
            }
            for result in credential.criteria_results
            if result.description and result.level
        ],
        "evidence": [_evidence(item) for item in credential.evidence],
        "serial": serial(credential.id or page_url),
    }


def _evidence(item: Evidence) -> dict[str, str]:
    """Return one line: what it is called, its genre, what it is, and where if that is public."""
    facts = [item.genre, item.description, item.id]
    return {"name": item.name or "", "text": " · ".join(part for part in facts if part)}


def _met(credential: Credential, language: str) -> str:
    count, judge = len(credential.criteria), credential.source or credential.issuer
    sentence = words.MET_ONE if count == 1 else words.MET_ALL
    return words.say(language, sentence, count=count, judge=judge.name or judge.id) if count else ""


def _across(no_longer: tuple[str, datetime], language: str) -> str:
    sentence, moment = no_longer
    return words.say(language, sentence, date=words.day(language, moment))


def _facts(credential: Credential, language: str) -> list[tuple[str, str]]:
    """Return the facts a license office asks for (R41); what is absent is not there."""
    say, facts = partial(words.say, language), []
    if credential.activity_start and credential.activity_end:
        period = words.period(language, credential.activity_start, credential.activity_end)
        facts.append((say(words.ACTIVITY), period))
    if credential.awarded_date or credential.valid_from:
        facts.append((say(words.AWARDED), words.day(language, _awarded(credential))))
    amounts = credential.amounts
    facts += [(words.unit(language, unit), value) for unit, value in amounts]
    if credential.credits_earned is not None and not amounts:
        facts.append((say(words.CREDITS), f"{credential.credits_earned:g}"))
    if credential.valid_until:
        facts.append((say(words.VALID_UNTIL), words.day(language, credential.valid_until)))
    facts += [
        (say(words.PROVIDER_NUMBER), entry.identifier)
        for entry in credential.issuer.identifiers
        if entry.type == PROVIDER_NUMBER
    ]
    return facts


def _awarded(credential: Credential) -> datetime:
    return credential.awarded_date or credential.valid_from or datetime(1970, 1, 1, tzinfo=UTC)
