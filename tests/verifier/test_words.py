"""What people read: each code has its row, each row its code, and nothing is left unfilled."""

import ast
import string
from functools import cache
from pathlib import Path

import pytest

import verifier
from verifier.report import Answer, Check, Outcome, Verdict
from verifier.wording import words
from verifier.wording.words import WORDS

FOLDER = Path(verifier.__file__).parent
FILES = [
    *(path for path in FOLDER.rglob("*.py") if path.name != "words.py"),
    FOLDER.parent / "contexts" / "errors.py",
]
PLACES = {"Check": 2, "Verdict": 1, "IntakeError": 0, "DidError": 0, "JoseError": 0}


@cache
def tree(path):
    return ast.parse(path.read_text())


def code_places(module):
    """Where calls take a code: those that everybody uses, and the module's own that do."""
    own = {
        node.name: [argument.arg for argument in node.args.args].index("code")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and "code" in [a.arg for a in node.args.args]
        if node.name != "__init__"
    }
    return PLACES | own


def codes_given():
    """Yield every code that stands as text where a call takes one."""
    for path in FILES:
        places = code_places(tree(path))
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            place = places.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
            code = node.args[place] if place is not None and place < len(node.args) else None
            if isinstance(code, ast.Constant):
                yield code.value


def texts_used():
    """Yield every text in the code."""
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_code_that_is_given_has_a_row():
    codes = set(codes_given())
    assert len(codes) > 60
    assert codes <= WORDS.keys()


def test_every_row_is_given_by_something():
    assert WORDS.keys() - set(texts_used()) == set(), (
        "codes are written out, so a search finds them"
    )


@pytest.mark.parametrize("code", WORDS)
def test_a_sentence_is_a_sentence_and_asks_only_for_named_parameters(code):
    sentence, step = WORDS[code]
    assert sentence[:1].isupper() or sentence.startswith("{")
    assert sentence.endswith(".")
    assert step == "" or step.endswith(".")
    names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
    assert all(name.isidentifier() for name in names)
    assert "{" not in step


def test_a_check_is_told_with_its_parameters():
    check = Check("proof", Outcome.PASSED, "signature_verified", {"suite": "eddsa-rdfc-2022"})
    assert words.text(check) == "The signature is right. Nothing was changed after signing."
    assert words.beside(check) == "eddsa-rdfc-2022"
    assert words.next_step(check) == ""
    late = Check("status", Outcome.PASSED, "not_revoked", {"age": 3})
    assert (words.text(late)[-28:], words.beside(late)) == ("3 seconds before this check.", "")


def test_a_date_is_told_as_a_day():
    expired = Verdict(Answer.NO, "expired", {"date": "2026-11-10T00:00:00+00:00"})
    assert "November 10, 2026" in words.text(expired)
    odd = Verdict(Answer.NO, "expired", {"date": "a text of this length+00:00"[-25:]})
    assert "+00:00" in words.text(odd)


def test_braces_in_a_parameter_are_shown_as_they_are():
    check = Check("intake", Outcome.FAILED, "link_unreachable", {"url": "{url.__class__}"})
    assert "{url.__class__}" in words.text(check)


def test_sentence_and_next_step_go_through_the_translation():
    upper = Verdict(Answer.COULD_NOT_CHECK, "no_trust_list")
    assert words.text(upper, str.upper) == words.text(upper).upper()
    assert words.next_step(upper, str.upper) == words.next_step(upper).upper()


def test_every_answer_has_a_word():
    assert words.ANSWERS.keys() == set(Answer)
