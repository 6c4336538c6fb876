"""Every sentence of the pages stands in every language, with the same things to fill in."""

import re

import pytest
from babel.messages import Message

from tests import translations
from verifier.web.language import LANGUAGES

OTHERS = [(domain, code) for domain in translations.FOLDERS for code in LANGUAGES if code != "en"]
BLANKS = re.compile(r"\{\w*\}|%\(\w+\)[sd]|https?://\S+")


def sentences(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is translated and its translations, as one kind of thing."""
    english = message.id if isinstance(message.id, tuple) else (message.id,)
    other = message.string if isinstance(message.string, tuple) else (message.string,)
    return tuple(map(str, english)), tuple(map(str, other))


@pytest.mark.parametrize(("domain", "language"), OTHERS)
def test_every_sentence_is_translated(domain, language):
    wanted = {message.id for message in translations.collected(domain) if message.id}
    translated = {m.id: sentences(m)[1] for m in translations.read(domain, language) if m.id}
    assert {text for text in wanted if not all(translated.get(text, ("",)))} == set(), "make words"
    assert translated.keys() - wanted == set(), "make words"


@pytest.mark.parametrize(("domain", "language"), OTHERS)
def test_a_translation_fills_in_what_the_sentence_does(domain, language):
    for message in translations.read(domain, language):
        if message.id:
            for english, other in zip(*sentences(message), strict=True):
                assert sorted(BLANKS.findall(english)) == sorted(BLANKS.findall(other)), other


OF_DEFICIT = {
    "en": r"\b(fail|reject|weak|poor|deficit|deficien|inadequa|unsatisf|insufficien|lack|inferior)",
    "es": r"\b(fracas|rechaz|débil|deficien|inadecuad|insuficien|reprob|carenci|carec|inferior)",
}


@pytest.mark.parametrize("language", OF_DEFICIT)
def test_no_sentence_of_a_page_or_a_mail_speaks_of_deficit(language):
    """R13. Every sentence of the issuer's pages and mails is collected."""
    for message in translations.read("issuer", "es"):
        for text in sentences(message)[language == "es"] if message.id else ():
            assert not re.search(OF_DEFICIT[language], text, re.IGNORECASE), text
