"""Sharing less: whatever a holder leaves out, what limits the badge stays in sight."""

import copy
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sharing import SharingIssuer
from world import CONTEXTS, NOW, World

from contexts import BUNDLED
from verifier.__main__ import main
from verifier.batch import policy
from verifier.batch.table import ApplicantFile
from verifier.checks.disclosure import (
    DisclosureError,
    check_limits,
    choices,
    derive,
    mandatory_pointers,
)
from verifier.credential.view import view
from verifier.report import Answer, Outcome
from verifier.wording import printed

CASES = Path(__file__).parents[1] / "cases"
ENDS = "2026-12-31T00:00:00Z"
AFTER = datetime(2027, 1, 1, tzinfo=UTC)
ISSUER = SharingIssuer("did:web:district.example")


@pytest.fixture
def world():
    return World(issuer=ISSUER)


def badge(criteria=1, **changes):
    """Return a badge with an end, an hour count and as many criteria as asked for."""
    document = World(issuer=ISSUER).badge(validUntil=ENDS, **changes)
    subject = document["credentialSubject"]
    (described,), (result,) = subject["achievement"]["resultDescription"], subject["result"]
    for number in range(2, criteria + 1):
        text = json.dumps([described, result]).replace("#work", f"#work{number}")
        more_described, more_result = json.loads(text)
        subject["achievement"]["resultDescription"].append(more_described)
        subject["result"].append(more_result)
    return document


WHOLE = ISSUER.share(badge())
POINTERS = [place for choice in choices(WHOLE) for place in choice.pointers]
SUBSETS = [
    subset for size in range(len(POINTERS) + 1) for subset in itertools.combinations(POINTERS, size)
]


def outcome(report, code):
    return next((check.outcome for check in report.checks if check.code == code), None)


def test_no_copy_hides_a_revocation_or_an_end(world):
    revoking = World(issuer=ISSUER)
    revoking.publish_list({94567})
    for subset in SUBSETS:
        copy_of_it = derive(WHOLE, subset)
        sound, revoked = world.verify(copy_of_it), revoking.verify(copy_of_it)
        ended = world.verify(copy_of_it, now=AFTER)
        assert (sound.authentic.answer, sound.current.answer) == (Answer.YES, Answer.YES), subset
        assert (revoked.authentic.answer, revoked.current.code) == (Answer.YES, "revoked"), subset
        assert (ended.authentic.answer, ended.current.code) == (Answer.YES, "expired"), subset
    print(f"\n{len(SUBSETS)} copies of one badge, each sound, revoked and ended")
    assert len(SUBSETS) == 2 ** len(POINTERS) == 256


def test_a_copy_shows_what_was_chosen_and_no_more():
    for subset in SUBSETS:
        text = json.dumps(derive(WHOLE, subset)["credentialSubject"])
        assert ("Jordan Example" in text) == ("/credentialSubject/identifier" in subset)
        assert ("revise" in text) == ("/credentialSubject/narrative" in subset)


def test_a_copy_has_its_proof_as_the_whole_has():
    (proof,) = WHOLE["proof"] if isinstance(WHOLE["proof"], list) else (WHOLE["proof"],)
    assert isinstance(derive(WHOLE | {"proof": [proof]}, [])["proof"], list)
    assert isinstance(derive(WHOLE | {"proof": proof}, [])["proof"], dict)


def test_what_open_badges_requires_is_always_shown(world):
    bare = derive(WHOLE, [])
    report = world.verify(bare)
    assert outcome(report, "open_badge_3") is Outcome.PASSED
    assert bare["credentialSubject"]["achievement"] == WHOLE["credentialSubject"]["achievement"]
    for member in ("id", "type", "name", "issuer", "validFrom", "validUntil", "credentialStatus"):
        assert bare[member] == WHOLE[member]


@pytest.mark.parametrize(
    "member", ["credentialSchema", "refreshService", "termsOfUse", "credentialStatus"]
)
def test_what_limits_a_badge_is_mandatory(member):
    document = badge(**{member: {"id": "https://district.example/x", "type": "X"}})
    assert f"/{member}" in mandatory_pointers(document)


def test_without_an_id_the_identifier_is_mandatory():
    document = badge()
    assert "/credentialSubject/identifier" not in mandatory_pointers(document)
    del document["credentialSubject"]["id"]
    assert "/credentialSubject/identifier" in mandatory_pointers(document)


def test_results_are_one_choice():
    chosen = {choice.name: choice.pointers for choice in choices(badge(criteria=4))}
    assert chosen["results"] == ("/credentialSubject/result",)


def test_the_report_says_how_many_criteria_are_shown(world):
    whole = ISSUER.share(badge(criteria=4))
    three = [f"/credentialSubject/result/{place}" for place in (0, 1, 3)]
    report = world.verify(derive(whole, three))
    (check,) = [check for check in report.checks if check.code == "criteria_withheld"]
    assert check.outcome is Outcome.NOT_APPLICABLE
    assert "3 of 4 criteria are shown" in printed.as_text("part.json", report)
    assert [
        criterion.id.rpartition("#")[2] for criterion in report.credential.criteria_without_result
    ] == ["work3"]
    assert report.current.answer is Answer.YES


@pytest.mark.parametrize("signed", [WHOLE, derive(WHOLE, ["/credentialSubject/result"])])
def test_nothing_withheld_is_said_of_a_badge_with_all_results(world, signed):
    assert outcome(world.verify(signed), "criteria_withheld") is None


def test_the_whole_is_authentic_too_and_said_to_be_the_whole(world):
    report = world.verify(WHOLE)
    assert report.authentic.answer is Answer.YES
    assert report.current.answer is Answer.YES
    assert outcome(report, "signature_verified_whole") is Outcome.PASSED
    assert "can make copies that show less" in printed.as_text("whole.json", report)


def test_a_changed_whole_is_not_authentic(world):
    changed = copy.deepcopy(WHOLE)
    changed["credentialSubject"]["narrative"] = "I did better."
    assert world.verify(changed).authentic.code == "signature_wrong"


def test_the_page_says_what_is_not_shown(client):
    copy = derive(ISSUER.share(badge(criteria=4)), ["/credentialSubject/result/0"])
    shown = client.post("/verify", data={"text": json.dumps(copy)})
    assert "1 of 4 criteria are shown" in shown.text.partition("Every check")[0]


LIMITS = ("/credentialStatus", "/validUntil")
OPEN = ("/name", "/issuer", "/validFrom", "/credentialSubject/achievement")


@pytest.mark.parametrize(
    ("mandatory", "show", "code"),
    [
        pytest.param(OPEN, (), "limits_not_shown", id="neither-shown"),
        pytest.param(OPEN, ("/credentialStatus",), "limits_not_shown", id="no-end-shown"),
        pytest.param(OPEN, ("/validUntil",), "limits_not_shown", id="no-status-shown"),
        pytest.param(OPEN, LIMITS, "limits_not_shown", id="both-shown"),
        pytest.param((*OPEN, *LIMITS), (), "current", id="both-mandatory"),
        pytest.param(
            (*OPEN, "/credentialStatus"), ("/validUntil",), "limits_not_shown", id="an-end-chosen"
        ),
        pytest.param(
            (*OPEN, "/credentialStatus/statusPurpose", "/credentialStatus/statusListCredential"),
            ("/credentialStatus/statusListIndex",),
            "limits_not_shown",
            id="an-index-chosen",
        ),
        pytest.param((*OPEN, "/validUntil"), (), "limits_not_shown", id="only-the-end-mandatory"),
        pytest.param(("",), (), "current", id="all-mandatory"),
    ],
)
def test_a_copy_is_current_only_where_its_limits_are_in_sight(world, mandatory, show, code):
    """Issuers elsewhere may leave it to the holder to show an end or a status."""
    report = world.verify(derive(ISSUER.share(badge(), mandatory), show))
    assert (report.authentic.answer, report.current.code) == (Answer.YES, code)


def entry(purpose, number):
    return {
        "id": f"https://district.example/status/{number}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": "94567",
        "statusListCredential": f"https://district.example/status/{number}",
    }


@pytest.mark.parametrize("named", [True, False], ids=["named entries", "entries without id"])
@pytest.mark.parametrize(
    ("mandatory", "show", "code"),
    [
        ((), ("/credentialStatus/1",), "limits_not_shown"),
        (("/credentialStatus/1",), (), "limits_not_shown"),
        (("/credentialStatus/1",), ("/credentialStatus/0",), "limits_not_shown"),
        (("/credentialStatus/0",), (), "current"),
        (("/credentialStatus/0",), ("/credentialStatus/1",), "limits_not_shown"),
        (("/credentialStatus",), (), "current"),
    ],
    ids=[
        "suspension chosen", "suspension mandatory", "revocation chosen", "revocation mandatory",
        "suspension chosen beside", "both mandatory",
    ],
)  # fmt: skip
def test_of_several_statuses_none_may_be_the_holders_choice(world, named, mandatory, show, code):
    """One that the holder chooses to show may be the one that flatters."""
    world.publish_list(set())
    suspended = world.list_document(
        set(), id="https://district.example/status/2", subject={"statusPurpose": "suspension"}
    )
    world.publish("https://district.example/status/2", ISSUER.sign(suspended))
    statuses = [entry("revocation", 1), entry("suspension", 2)]
    for status in () if named else statuses:
        del status["id"]
    whole = ISSUER.share(badge(credentialStatus=statuses), (*OPEN, "/validUntil", *mandatory))
    report = world.verify(derive(whole, show))
    assert (report.authentic.answer, report.current.code) == (Answer.YES, code)


@pytest.mark.parametrize(
    ("kind", "codes"), [("1EdTechRevocationList", []), ("Profile", ["limits_not_shown"])]
)
def test_a_revocation_list_of_1edtech_tells_of_withdrawals_as_well(kind, codes):
    """Open Badges 3.0, appendix B: such an entry has no purpose."""
    contexts = [*CONTEXTS, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    status = {"id": "https://district.example/revoked", "type": kind}
    whole = badge(credentialStatus=status, **{"@context": contexts})
    shown = derive(ISSUER.share(whole, (*OPEN, "/credentialStatus")), ())
    assert [check.code for check in check_limits(view(shown), shown, BUNDLED)] == codes


def test_a_copy_from_elsewhere_that_shows_only_a_suspension_shows_no_limits(world):
    shown = json.loads((CASES / "sd-only-suspension-shown.json").read_bytes())
    checks = check_limits(view(shown), shown, BUNDLED)
    assert [check.code for check in checks] == ["limits_not_shown"]


@pytest.mark.parametrize("identified", [True, False], ids=["with an id", "without one"])
@pytest.mark.parametrize(
    ("mandatory", "noted"),
    [((), True), (("/validFrom",), False), (("/validUntil",), False)],
    ids=["nothing of the time", "the begin", "the end"],
)
def test_where_no_end_is_shown_one_may_be_hidden(world, identified, mandatory, noted):
    """Yes with a note, unless its issuer made the time of validity mandatory."""
    whole = badge()
    if not identified:
        del whole["id"]
    must = ("/name", "/issuer", "/credentialSubject/achievement", "/credentialStatus", *mandatory)
    show = () if mandatory else ("/validFrom",)
    report = world.verify(derive(ISSUER.share(whole, must), show))
    assert (report.authentic.answer, report.current.code) == (Answer.YES, "current")
    expected = Outcome.NOT_APPLICABLE if noted else None
    assert outcome(report, "end_may_be_hidden") is expected
    row = ApplicantFile("a-1", "badge.json", "", ())
    reasons = {why.code for why in policy.judge(report, policy.BatchPolicy(), row, NOW)}
    assert ("end_may_be_hidden" in reasons) == noted


def test_a_nested_credential_has_limits_of_its_own(world):
    """What an endorsement says of its own end and status is no limit of the credential."""
    endorsement = ISSUER.sign(
        {
            "@context": WHOLE["@context"],
            "id": "https://district.example/endorsements/1",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Endorsement",
            "issuer": WHOLE["issuer"],
            "validFrom": "2026-11-01T00:00:00Z",
            "validUntil": ENDS,
            "credentialStatus": entry("revocation", 1),
            "credentialSubject": {"id": WHOLE["id"], "type": ["EndorsementSubject"],
                                  "endorsementComment": "As good as it says."},
        }
    )  # fmt: skip
    bare = badge(endorsement=[endorsement])
    del bare["credentialStatus"]
    shown = derive(ISSUER.share(bare, (*OPEN, "/endorsement")), [])
    assert world.verify(shown).current.code == "limits_not_shown"
    beside = ISSUER.share(badge(endorsement=[endorsement]), (*OPEN, *LIMITS))
    assert world.verify(derive(beside, ["/endorsement"])).current.code == "current"


def test_where_the_status_is_mandatory_no_end_is_none(world):
    endless = World(issuer=ISSUER).badge()
    assert world.verify(derive(ISSUER.share(endless), [])).current.code == "current"


def test_an_embedded_endorsement_is_shown_whole_or_not(world):
    endorsement = ISSUER.sign(
        {
            "@context": WHOLE["@context"],
            "id": "https://district.example/endorsements/1",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "name": "Endorsement",
            "issuer": WHOLE["issuer"],
            "validFrom": "2026-11-01T00:00:00Z",
            "credentialSubject": {"id": WHOLE["id"], "type": ["EndorsementSubject"],
                                  "endorsementComment": "As good as it says."},
        }
    )  # fmt: skip
    whole = ISSUER.share(badge(endorsement=[endorsement]))
    assert derive(whole, ["/endorsement"])["endorsement"] == [endorsement]
    for show in ([], ["/endorsement"]):
        assert world.verify(derive(whole, show)).authentic.answer is Answer.YES


def unsigned():
    return {member: value for member, value in WHOLE.items() if member != "proof"}


def changed():
    document = copy.deepcopy(WHOLE)
    document["credentialSubject"]["narrative"] = "I did better."
    return document


def damaged():
    document = copy.deepcopy(WHOLE)
    document["proof"][0]["proofValue"] = "u2V0A"
    return document


@pytest.mark.parametrize(
    ("document", "show", "why"),
    [
        pytest.param(unsigned(), [], "no ecdsa-sd-2023 signature", id="unsigned"),
        pytest.param(ISSUER.sign(badge()), [], "no ecdsa-sd-2023 signature", id="another-suite"),
        pytest.param(derive(WHOLE, []), [], "itself a part", id="a-copy"),
        pytest.param({**WHOLE, "proof": WHOLE["proof"] * 2}, [], "more than one", id="twice"),
        pytest.param(changed(), ["/credentialSubject/narrative"], "changed", id="changed"),
        pytest.param(damaged(), [], "damaged", id="damaged"),
        pytest.param(
            WHOLE, ["/gpa"], r"nothing at /gpa; it has: /cred\S+, /cred", id="nothing-there"
        ),
        pytest.param(WHOLE, ["evidence"], "not a JSON Pointer", id="no-pointer"),
        pytest.param(WHOLE, [""], "the whole cannot", id="the-whole"),
        pytest.param(WHOLE, ["/proof"], "/proof cannot", id="the-proof"),
        pytest.param({**WHOLE, "urn:x": 1}, [], "not plainly written", id="not-plain"),
        pytest.param({**WHOLE, "gpa": 4}, [], "'gpa'", id="an-undefined-term"),
    ],
)
def test_a_copy_that_cannot_be_made_is_refused_with_the_reason(document, show, why):
    with pytest.raises(DisclosureError, match=why):
        derive(document, show)


@pytest.fixture
def whole_file(tmp_path):
    file = tmp_path / "whole.json"
    file.write_text(json.dumps(WHOLE))
    return file


def test_the_command_writes_a_copy_that_verifies(world, whole_file, tmp_path, capsys):
    out = tmp_path / "part.json"
    shown = ["--show", "results", "/evidence/0/name"]
    assert main(["derive", str(whole_file), *shown, "--out", str(out)]) == 0
    assert capsys.readouterr() == ("", "")
    part = json.loads(out.read_bytes())
    assert part["evidence"] == [{"type": ["Evidence"], "name": "Revision samples"}]
    assert "narrative" not in part["credentialSubject"]
    assert world.verify(out.read_bytes()).current.answer is Answer.YES


def test_the_command_prints_the_copy_without_out(world, whole_file, capsys):
    assert main(["derive", str(whole_file)]) == 0
    assert world.verify(capsys.readouterr().out).authentic.answer is Answer.YES


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        pytest.param(["nowhere.json"], "No such file", id="no-file"),
        pytest.param(["{whole}", "--show", "/gpa"], "nothing at /gpa", id="nothing-there"),
        pytest.param(["{whole}", "--out", "{whole}"], "exists", id="a-file-there"),
        pytest.param(["{empty}"], "The file is empty", id="empty"),
        pytest.param(["{jwt}"], "not the JSON form", id="a-jwt"),
        pytest.param(["{bare}", "--show", "evidence"], "it has no evidence", id="none-of-it"),
    ],
)  # fmt: skip
def test_the_command_says_what_it_cannot_do(arguments, why, whole_file, tmp_path, capsys):
    files = {"whole": whole_file, "empty": tmp_path / "empty", "jwt": tmp_path / "jwt",
             "bare": tmp_path / "bare"}  # fmt: skip
    files["empty"].write_text("")
    files["jwt"].write_text(ISSUER.jwt(badge()))
    bare = {name: value for name, value in badge().items() if name != "evidence"}
    files["bare"].write_text(json.dumps(ISSUER.share(bare)))
    assert main(["derive", *(argument.format(**files) for argument in arguments)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert why in output.err


def test_a_file_called_derive_can_still_be_checked(world, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "derive").write_text(json.dumps(WHOLE))
    assert main(["./derive", "--offline", "--at", NOW.isoformat()]) == 3
    assert "could not be reached" in capsys.readouterr().out
