"""A report as the page shows it: the summary, each answer, and what was not checked."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from verifier.batch.row import Row
from verifier.report import GENERAL, Answer, Outcome, Report, Verdict
from verifier.structure.shape import GAPS
from verifier.web import language
from verifier.web.report_page import facts
from verifier.web.report_page.summary import (
    GOOD_OF,
    KINDS,
    LABELS,
    NEXT,
    ORDER,
    WITHDRAWN,
    dated,
    kind,
    known,
    standing,
)
from verifier.web.uploads import Upload
from verifier.wording.words import N_

CARRIERS = {
    "json": N_("a credential (JSON)"),
    "jwt": N_("a credential (JWT)"),
    "png": N_("a badge (PNG picture)"),
    "svg": N_("a badge (SVG picture)"),
    "pdf": N_("a certificate (PDF)"),
    "qr": N_("a QR code"),
}
PICTURES = {"png": "image/png", "svg": "image/svg+xml"}
MOST_PICTURE = 512 * 1024
"""An uploaded badge is shown again up to this size: it travels inside the page."""
MOST_START = 24
"""Bytes of pasted text that are shown: enough to know it again, too few to claim anything."""
QUESTIONS = {
    "authentic": N_("Is it authentic?"),
    "current": N_("Is it current?"),
    "recognized": N_("Is the issuer recognized?"),
    "theirs": N_("Is it theirs?"),
}
TONES = {
    Answer.YES: ("yes", N_("Yes")),
    Answer.NO: ("no", N_("No")),
    Answer.COULD_NOT_CHECK: ("maybe", N_("Could not check")),
}
OWN_WORDS = {
    "not_authentic": ("none", N_("Not checked")),
    "not_listed": ("maybe", N_("Not on a list here")),
    "own_site": ("maybe", N_("Issued by this site")),
    "only_endorsed": ("maybe", N_("Endorsed, not recognized")),
    "listed_unverified": ("maybe", N_("Only by a public directory")),
    "expired": ("no", N_("No, it has ended")),
    **dict.fromkeys(WITHDRAWN, ("no", N_("No, it was withdrawn"))),
    "suspended": ("no", N_("Not for now")),
    "not_yet_valid": ("maybe", N_("Not yet")),
    "name_only": ("maybe", N_("The name is the same")),
    "name_spelled_differently": ("maybe", N_("Spelled differently: have a look")),
}
"""Codes whose answer has a tone and words of its own: an issuer on no list is amber (D3)."""
MORE_THERE = {*WITHDRAWN, "suspended"} - {"withdrawn_on"}
"""Codes whose day and reason the issuer's own page may say: they are not known here."""
Withdrawal = Callable[[str], tuple[datetime, str] | None]
"""Returns when and why a credential was withdrawn, where the site of the page knows."""
IN_SHORT = {
    "expired": N_("It has ended. It was real."),
    "withdrawn": N_("It was really issued, and the issuer has withdrawn it since."),
    "suspended": N_("It is real, and the issuer has suspended it for now."),
    "not_yet_valid": N_("It is real. It is not in force yet."),
}
STANDING = {
    Answer.YES: N_("It is real and in force."),
    Answer.NO: N_("It is real, and not in force."),
    Answer.COULD_NOT_CHECK: N_("It is real. Whether it is still in force could not be checked."),
}
ISSUERS = {
    "listed": N_("Its issuer is on a list that is trusted here."),
    "listed_by_copy": N_("Its issuer is on a list that is trusted here."),
    "listed_unverified": N_("A public directory names its issuer; no person verified that."),
    "endorsed": N_("Somebody on a list that is trusted here endorses its issuer."),
    "endorsed_through": N_("Somebody on a list that is trusted here stands behind its issuer."),
    "only_endorsed": N_("Its issuer is endorsed, but not as one that issues credentials."),
    "listing_ended": N_("Its issuer is no longer on a list that is trusted here."),
}
STRANGER = N_("Nobody here knows its issuer.")
OWN = {
    Answer.YES: N_("Real and in force. Issued by this site, {site}."),
    Answer.COULD_NOT_CHECK: N_(
        "Real, and issued by this site, {site}. Whether it is still in force could not be checked."
    ),
}
"""The first sentence about the issuer's own credentials on its own site."""
OWN_IN_SHORT = {
    "expired": N_("It has ended. It was real, and issued by this site."),
    "withdrawn": N_("It was really issued by this site, and has been withdrawn since."),
    "suspended": N_("It is real, issued by this site, and suspended for now."),
    "not_yet_valid": N_("It is real, and issued by this site. It is not in force yet."),
}
"""The same where it is not in force."""
SIGNED = {
    Answer.YES: N_("What it says is unchanged and in force."),
    Answer.COULD_NOT_CHECK: N_(
        "What it says is unchanged. Whether it is still in force could not be checked."
    ),
}
"""The second sentence if the issuer is not known: a stranger's credential is no less well
signed."""
FACES = {
    "qr": N_(
        "Did a QR code bring you here? Then look at the address at the top of your browser: it "
        "should be one that you would have typed yourself. Anybody can print a code that leads to "
        "a page of their own."
    ),
    "pdf": N_(
        "The printed face of a PDF is not signed: anybody can change the words on it. What stands "
        "on this page was read from the signed credential inside. If the two differ, believe this "
        "page."
    ),
    **dict.fromkeys(
        PICTURES,
        N_(
            "A picture is not signed: anybody can draw another around the same credential. What "
            "stands on this page was read from the signed credential inside it."
        ),
    ),
}
UNLISTED = ("no_trust_list", "not_listed")
AWAY = ("_unreachable", "issuer_not_asked", "endorsement_unchecked", "issuer_document_unreadable")
NOTES = {
    "ob2_copy_differs",
    *(
        "more_than_one",
        "pages_not_read",
        "signature_verified_part",
        "whole_handed_in",
        "criteria_withheld",
        "levels_withheld",
        "end_may_be_hidden",
    ),
    *(
        "refreshed",
        "refresh_without_dates",
        "refresh_not_authentic",
        "refresh_of_another",
        "signature_verified_legacy",
    ),
    GENERAL,
    *GAPS,
}
"""Checks that decide nothing, but that a reader should know of first."""


@dataclass(frozen=True, slots=True)
class OwnIssuer:
    """The issuer whose site a page stands on: its `id`, the address that people know it by, and
    its `name` in the settings."""

    id: str
    site: str
    name: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One verdict as a person reads it. `tone` chooses shape and color, never alone."""

    name: str
    question: str
    answer: str
    tone: str
    reason: str
    next_step: str
    more: str | None = None
    """Where the issuer may say more about it: an address on its own site."""
    ask_here: bool = False
    """Whether the office of the very site that the page stands on is whom to ask."""


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as shown, with the fields to submit it again: `text`, `name`, `carrier`."""

    report: Report
    lines: tuple[ReportLine, ...]
    kind: str
    label: str
    in_short: str
    counts: str
    steps: tuple[str, ...]
    name: str
    origin: str
    picture: str | None
    face: str
    notes: tuple[str, ...]
    not_checked: tuple[str, ...]
    by_policy: Row | None = None
    """What the visitor's own policy says, which stands in place of `counts` and `steps`."""

    @property
    def carrier(self) -> str:
        """What was submitted, in words."""
        return language.gettext(CARRIERS.get(self.report.carrier, N_("what was handed in")))

    @property
    def issuer(self) -> str | None:
        """Who issued it: by the name that a list gives it, or that the site gives itself if it
        issued it; else the domain that the key proved."""
        report = self.report
        if report.credential is None:
            return None
        if report.recognized.code in ("listed", "listed_by_copy", "own_site"):
            return str(report.recognized.params["name"])
        return facts.domain(report.credential.issuer.id)

    @property
    def out_of_reach(self) -> bool:
        """Whether asking again may help: somebody on the network did not answer."""
        codes = [check.code for check in self.report.checks]
        codes += [verdict.code for verdict in self.report.verdicts().values()]
        return any(code.endswith(AWAY) for code in codes)


def tell(
    report: Report,
    upload: Upload,
    withdrawal: Withdrawal,
    own: OwnIssuer | None = None,
    by_policy: Row | None = None,
) -> ReportView:
    """Return a report on an upload in the reader's language.

    `own` is the issuer whose site the page stands on, if any; `by_policy`, what the visitor's
    policy says of it.
    """
    if upload.carrier in CARRIERS:  # asked again: the file itself is not at hand any more
        report = replace(report, carrier=upload.carrier)
    for check in report.checks:  # a code is called by the address around it, not by its photo
        upload = replace(upload, name=str(check.params.get("around", upload.name)))
    report = _issued_here(_withdrawn_here(report, withdrawal), own)
    of = kind(report)
    return ReportView(
        report=report,
        lines=tuple(line(name, verdict, report) for name, verdict in report.verdicts().items()),
        kind=of,
        label=dated(LABELS.get(of, ""), report.current),
        in_short=in_short(report),
        counts=counts(report, of),
        steps=tuple(map(language.gettext, NEXT.get(of, ()))),
        name=upload.name,
        origin=upload.name or _begins(upload),
        picture=_picture(report, upload),
        face=language.gettext(FACES.get(report.carrier, "")),
        notes=tuple(
            language.say(check)
            for check in report.checks
            if check.code in NOTES or check.name == "presentation"
        ),
        not_checked=tuple(not_checked(report, upload, by_policy)),
        by_policy=by_policy,
    )


def worst_first(views: Sequence[ReportView]) -> list[ReportView]:
    """Return the views, those that need a person first."""
    return sorted(views, key=lambda view: ORDER.index(view.kind))


def line(name: str, verdict: Verdict, report: Report) -> ReportLine:
    """Return a verdict in words, of the report that it stands in."""
    tone, answer = OWN_WORDS.get(verdict.code, TONES[verdict.answer])
    may_count = verdict.code != "own_site" or report.current.answer is not Answer.NO
    return ReportLine(
        name=name,
        question=language.gettext(QUESTIONS[name]),
        answer=language.gettext(answer),
        tone=tone,
        reason=language.say(verdict),
        next_step=language.next_step(verdict) if may_count else "",
        more=_own_page(report) if verdict.code in MORE_THERE else None,
        ask_here=verdict.code in WITHDRAWN and report.recognized.code == "own_site",
    )


def in_short(report: Report) -> str:
    """Return the whole report in one or two sentences; never a single check mark (D3)."""
    if report.authentic.answer is Answer.NO:
        return language.gettext(N_("Do not rely on it."))
    if report.authentic.answer is not Answer.YES:
        return language.gettext(N_("Nobody can say yet whether it is real."))
    current, issuer = report.current, ISSUERS.get(report.recognized.code, STRANGER)
    own = report.recognized.code == "own_site"
    if current.answer is Answer.NO:
        sentence_of = OWN_IN_SHORT if own else IN_SHORT
        return language.gettext(sentence_of.get(standing(current), STANDING[Answer.NO]))
    if own:
        return language.fill(OWN[current.answer], report.recognized.params)
    sentences = (
        (STANDING[current.answer], issuer) if known(report) else (issuer, SIGNED[current.answer])
    )
    return " ".join(map(language.gettext, sentences))


def counts(report: Report, of: str) -> str:
    """Return the answer to "May I count it?", by the kind of report."""
    name = report.credential and report.credential.recipient_name
    if of == "good" and name:
        return language.gettext(GOOD_OF).format(name=name)
    return dated(KINDS[of], report.current)


def not_checked(report: Report, upload: Upload, by_policy: Row | None = None) -> list[str]:
    """Return what was not, or could not be, checked: a report that hides it claims too much
    (P9)."""
    sentences = [language.say(c) for c in report.checks if c.outcome is Outcome.COULD_NOT_CHECK]
    credential = report.credential
    if credential is None:
        what = N_("What it claims, its dates, whether it was withdrawn, and who the issuer is.")
        return [*sentences, language.gettext(what)]
    if report.carrier == "qr" and upload.name.startswith(("http://", "https://")):
        around = N_("The address around the code ({address}). It was not opened.")
        sentences.append(language.gettext(around).format(address=upload.name))
    whose = N_("Whether it belongs to the teacher you are checking it for.")
    if report.theirs is not None:
        whose = N_("Whether who handed it in is who you named: only what you typed was compared.")
    sentences.append(language.gettext(whose))
    compared = {c.params.get("name") for c in report.checks if c.name == "evidence"}
    others = [item for item in credential.evidence if item.name not in compared]
    if others and compared:
        rest = language.gettext(N_("The evidence of which no file was compared: {names}."))
        names = (item.name or language.gettext(N_("Evidence")) for item in others)
        sentences.append(rest.format(names=", ".join(names)))
    elif others:
        sentences.append(
            language.gettext(N_("The evidence. Nobody here has opened or compared it."))
        )
    unjudged = N_(
        "Whether the issuer judged well. A signature shows who says it, not how good it is."
    )
    if any(check.code == "no_status" for check in report.checks):
        unlisted = N_("Whether it was withdrawn. Its issuer publishes no list that would say so.")
        sentences.append(language.gettext(unlisted))
    sentences.append(language.gettext(unjudged))
    if by_policy is None:
        counts = N_("Whether it counts where you are. That is for your own rules.")
        sentences.append(language.gettext(counts))
    return sentences


def _begins(upload: Upload) -> str:
    """Return how pasted text begins: that, too, tells which one a report is about."""
    start = " ".join(upload.data[:MOST_START].decode(errors="replace").split())
    return language.gettext(N_("pasted text that begins “{start}”")).format(start=start)


def _withdrawn_here(report: Report, withdrawal: Withdrawal) -> Report:
    """Add to a withdrawal its day and reason, where this very site made it."""
    if report.credential is None or report.current.code != "revoked":
        return report
    reason = withdrawal(report.credential.id or "")
    if reason is None:
        return report
    on = {"date": reason[0].isoformat(timespec="seconds"), "reason": reason[1]}
    return replace(report, current=replace(report.current, code="withdrawn_on", params=on))


def _issued_here(report: Report, own: OwnIssuer | None) -> Report:
    """Say of what this very site issued that it did, where no list says anything of it (T33).

    The answer stays what it was: a site that speaks for itself recognizes nobody.
    """
    recognized, credential = report.recognized, report.credential
    if own is None or credential is None or credential.issuer.id != own.id:
        return report
    if recognized.code not in UNLISTED:
        return report
    verdict = replace(recognized, code="own_site", params={"site": own.site, "name": own.name})
    return replace(report, recognized=verdict)


def _own_page(report: Report) -> str | None:
    """Return the address that the credential has on its issuer's own site, or None."""
    if report.credential is None:
        return None
    address = facts.web_link(report.credential.id)
    own = facts.domain(report.credential.issuer.id)
    return address if address and own and facts.domain(address) == own else None


def _picture(report: Report, upload: Upload) -> str | None:
    """Return the credential's picture as a data URL: its own, or the uploaded badge (OB-91)."""
    if report.credential is None:
        return None
    achievement = report.credential.achievement
    if achievement and (inside := facts.picture(achievement.image)):
        return inside
    kind = PICTURES.get(report.carrier)
    if kind is None or upload.carrier or len(upload.data) > MOST_PICTURE:
        return None
    return f"data:{kind};base64,{b64encode(upload.data).decode()}"
