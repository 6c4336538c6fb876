"""The words of the certificate, in the language of its achievement where there is a translation."""

from datetime import date
from typing import Final

from babel.dates import format_date, format_skeleton

from issuer.wording.language import catalog
from verifier.wording.words import N_

ACTIVITY: Final = N_("Activity")
AWARDED: Final = N_("Awarded")
CREDITS: Final = N_("Credits")
VALID_UNTIL: Final = N_("Valid until")
PROVIDER_NUMBER: Final = N_("Provider number")
NAMELESS: Final = N_("the holder of this credential")
UNTITLED: Final = N_("Credential")
LABELS: Final = {
    "awarded_to": N_("awarded to"),
    "summary": N_("Certificate of {district} for {name}"),
    "criterion": N_("Criterion"),
    "result": N_("Result"),
    "judged_by": N_("Judged by {judge}"),
    "serial": N_("Serial"),
    "took": N_("What it took"),
    "evidence": N_("Evidence"),
    "inside_short": N_("The signed credential is inside the PDF file."),
    "inside": N_(
        "If this address is ever gone, nothing is lost: the signed credential is inside the PDF"
        " file of this certificate, as credential.json. Any Open Badges 3.0 verifier that knows"
        " the public key of {district} can check it."
    ),
    "inside_and_in_code": N_(
        "If this address is ever gone, nothing is lost: the signed credential is inside the PDF"
        " file of this certificate, as credential.json, and in the larger code. Any Open Badges"
        " 3.0 verifier that knows the public key of {district} can check it."
    ),
    "badge": N_("Badge: {achievement}, {district}"),
    "check": N_("Check"),
    "check_code": N_("QR code with the address {address}"),
    "check_how": N_("Scan with any phone to open the page\nof this credential at {host}"),
    "offline": N_("Check without internet"),
    "offline_code": N_("QR code that holds the whole signed credential"),
    "offline_how": N_(
        "It holds the whole signed credential: any verifier for these codes reads it, such as"
        " {verify}. A phone's camera alone cannot."
    ),
    "hold": N_(
        "Lay the page flat, in even light. Hold the phone straight above it, so near that the code"
        " nearly fills the picture (about 8 inches, 20 cm), and wait until it is sharp."
    ),
    "no_code": N_("To check without internet, use the signed credential attached to the PDF file."),
    "logo": N_("Logo of {district}"),
    "seal": N_("Seal"),
    "attached": N_("The signed credential: Open Badges 3.0, JSON"),
}
"""What the template prints, each filled in with the facts of the certificate."""
WITHDRAWN: Final = N_("Withdrawn on {date}")
SAMPLE: Final = N_("Sample")
ENDED: Final = N_("Ended on {date}")
SIGNATURE: Final = N_("Signature of {name}")
MET_ONE: Final = N_("Met the criterion, judged by {judge}")
MET_ALL: Final = N_("Met all {count} criteria, judged by {judge}")


def say(language: str, sentence: str, **facts: object) -> str:
    """Return a sentence in a language, filled in with `facts`."""
    return catalog(language).gettext(sentence).format(**facts)


def unit(language: str, name: str) -> str:
    """Return a unit such as `hours`; one of a district's own stays as it is written."""
    return catalog(language).gettext(name.replace("-", " ").replace("_", " "))


def day(language: str, moment: date) -> str:
    """Return a day in words, at the offset of `moment`."""
    return format_date(moment, "long", locale=language)


def period(language: str, start: date, end: date) -> str:
    """Return two days in words, with what they share said once."""
    if (start.year, start.month, start.day) == (end.year, end.month, end.day):
        return day(language, start)
    if start.year != end.year:
        return f"{day(language, start)} – {day(language, end)}"
    return f"{format_skeleton('MMMMd', start, locale=language)} – {day(language, end)}"
