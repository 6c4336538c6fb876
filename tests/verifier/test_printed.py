"""A report as text, as JSON and as a row: whole, and unable to steer what shows it (T19)."""

import json
from dataclasses import replace

import pytest
from world import Issuer

from verifier.report import Answer, Check, Outcome, Verdict
from verifier.wording import printed

STEERING = {
    "an escape sequence": "\x1b[2J\x1b[31mred",
    "a C1 control": "\x9b2J",
    "a line break": "a\n  ✔ Authentic: yes.",
    "a carriage return": "a\rb",
    "a backspace": "ab\x08",
    "a delete": "a\x7f",
    "a reading direction": "a\u202eb",
    "an isolate": "a\u2066b",
    "a zero-width space": "a\u200bb",
    "a line separator": "a\u2028b",
    "a tag character": "a\U000e0041",
}


def badge_named(world, name):
    """A sound JWT whose texts are all `name`; JSON-LD would refuse some of them."""
    badge = world.badge(name=name)
    badge["issuer"]["name"] = name
    badge["credentialSubject"]["achievement"]["name"] = name
    badge["credentialSubject"]["identifier"][0]["identityHash"] = name
    badge["evidence"][0]["name"] = name
    return world.verify(world.issuer.jwt(badge))


@pytest.mark.parametrize("text", STEERING.values(), ids=STEERING.keys())
def test_a_text_in_a_badge_does_not_steer_a_terminal(world, text):
    report = badge_named(world, text)
    for shown in (
        printed.as_text(text, report, details=True),
        printed.as_table([(text, report), ("b", report)]),
        printed.dumps(printed.as_json(report)),
    ):
        assert all(char.isprintable() for line in shown.split("\n") for char in line)


def test_a_line_break_in_a_name_does_not_make_a_line(world):
    plain, broken = badge_named(world, "a"), badge_named(world, "a\n✔ Authentic: yes")
    assert printed.as_text("x", broken).count("\n") == printed.as_text("x", plain).count("\n")
    assert printed.as_table([("a\nb", broken)]).count("\n") == 2


@pytest.mark.parametrize("text", [*STEERING.values(), 'a "quote" \\ é 🎓'], ids=repr)
def test_json_says_exactly_what_was_signed(world, text):
    shown = json.loads(printed.dumps(printed.as_json(badge_named(world, text))))
    assert shown["credential"]["name"] == text


def test_the_text_tells_the_verdicts_then_the_claims(world):
    badge = world.badge(validUntil="2026-11-10T00:00:00Z")
    subject = badge["credentialSubject"]
    subject["achievement"]["resultDescription"].append(
        {"id": "urn:h", "type": ["ResultDescription"], "name": "Hours", "resultType": "ext:hours"}
    )
    subject["result"].append({"type": ["Result"], "resultDescription": "urn:h", "value": "12"})
    text = printed.as_text("badge.json", world.verify(world.issuer.sign(badge)))
    lines = text.splitlines()
    assert lines[0] == "badge.json"
    assert lines[2].startswith("  ✔ Authentic: yes. ")
    assert lines[3].startswith("  ✘ Current: no. ")
    assert "November 10, 2026" in lines[3]
    assert lines[4].startswith("      → ")
    for shown in (
        "Issued by:           did:web:district.example",
        "which calls itself:  Example District",
        "Earned by:           Jordan Example",
        "Awarded:             October 31, 2026",
        "Activity:            September 1, 2026 to October 30, 2026",
        "In hours:            12",
        "Student work:        Met",
        "Evidence:            Revision samples",
    ):
        assert f"  {shown}" in lines


def test_the_text_of_a_forgery_shows_no_claim(world):
    forged = world.issuer.sign(world.badge()) | {"name": "A doctorate"}
    text = printed.as_text("x", world.verify(forged), details=True)
    assert "not shown to be true" in text
    for claim in ("Jordan Example", "Example District", "doctorate", "Feedback"):
        assert claim not in text


def test_the_text_of_nothing_shows_no_claims_either(world):
    text = printed.as_text("x", world.verify(b"hello"))
    assert "What it says" not in text


def test_details_add_the_checks_that_passed(world):
    report = world.verify(world.issuer.sign(world.badge()))
    assert "signature fits" not in printed.as_text("x", report)
    assert "signature is right" in printed.as_text("x", report, details=True)


def test_the_json_has_verdicts_checks_and_the_credential(world):
    badge = world.issuer.sign(world.badge())
    shown = printed.as_json(world.verify(badge, presented_by="a@example.com"))
    assert list(shown) == ["carrier", "securing", "verdicts", "checks", "credential"]
    assert list(shown["verdicts"]) == ["authentic", "current", "recognized", "theirs"]
    for verdict in shown["verdicts"].values():
        assert list(verdict) == ["verdict", "code", "params", "text", "next"]
    for check in shown["checks"]:
        assert list(check) == ["name", "outcome", "code", "params", "problem", "text"]
    assert leaves(shown["credential"]) == leaves(badge)


def leaves(value):
    """What a document says, in whatever order and with or without brackets."""
    if isinstance(value, dict):
        return repr({name: leaves(value[name]) for name in sorted(value)})
    if isinstance(value, list):
        return repr(sorted(map(leaves, value))) if len(value) > 1 else leaves(value[0])
    return repr(value)


def test_the_json_of_a_forgery_holds_no_credential(world):
    forged = world.issuer.sign(world.badge()) | {"name": "A doctorate"}
    shown = printed.as_json(world.verify(forged))
    assert shown["credential"] is None
    assert "doctorate" not in printed.dumps(shown)


def test_a_table_has_a_line_for_each_with_the_reason(world):
    good = world.verify(world.issuer.sign(world.badge()), trust=[world.trust_list(world.issuer)])
    stranger = Issuer("did:web:stranger.example")
    forged = world.verify(stranger.sign(world.badge()))
    lines = printed.as_table([("good.json", good), ("forged-badge.json", forged)]).splitlines()
    assert lines[0].split() == ["file", "authentic", "current", "recognized"]
    assert lines[1].split() == ["good.json", "✔", "✔", "✔"]
    assert lines[2].split()[:4] == ["forged-badge.json", "✘", "?", "?"]
    assert "not signed by the issuer" in lines[2]
    assert lines[1].index("✔") == lines[2].index("✘")


def test_the_report_of_a_certificate_says_that_its_face_is_unsigned(world):
    report = world.verify(world.issuer.sign(world.badge()))
    unsigned = Check("intake", Outcome.PASSED, "face_unsigned")
    text = printed.as_text("certificate.pdf", replace(report, checks=(unsigned, *report.checks)))
    assert "What is printed on the page is not signed" in text


def test_the_table_says_that_it_is_not_theirs(world):
    report = world.verify(world.issuer.sign(world.badge()), presented_by="nobody@example.org")
    listed = replace(report, recognized=Verdict(Answer.YES, "current"))
    table = printed.as_table([("a.json", listed), ("b.json", listed)])
    assert table.splitlines()[0].split() == ["file", "authentic", "current", "recognized", "theirs"]
    assert "not the one this was issued to" in table.splitlines()[1]


def test_the_table_says_that_a_file_is_not_the_evidence(world):
    report = world.verify(world.issuer.sign(world.badge()), evidence=[b"another file"])
    listed = replace(report, recognized=Verdict(Answer.YES, "current"))
    assert "not part of the signed evidence" in printed.as_table([("a.json", listed)])
