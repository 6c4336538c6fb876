"""The pieces of a report: which check decides, and which verdicts there are."""

from verifier.report import Answer, Check, Outcome, Report, Verdict, worst

PASSED = Check("a", Outcome.PASSED, "p")
FAILED = Check("b", Outcome.FAILED, "f")
UNKNOWN = Check("c", Outcome.COULD_NOT_CHECK, "u")
OTHER = Check("d", Outcome.NOT_APPLICABLE, "n")


def test_a_failed_check_decides_before_one_that_could_not_be_made():
    assert worst((PASSED, UNKNOWN, FAILED)) is FAILED


def test_the_first_of_equals_decides():
    assert worst((UNKNOWN, Check("e", Outcome.COULD_NOT_CHECK, "v"))) is UNKNOWN


def test_nothing_decides_where_nothing_is_wrong():
    assert worst((PASSED, OTHER)) is None
    assert worst(()) is None


def test_the_fourth_verdict_is_there_only_when_somebody_presented_it():
    yes = Verdict(Answer.YES, "authentic")
    three = Report("json", "data_integrity", (), yes, yes, yes)
    assert list(three.verdicts()) == ["authentic", "current", "recognized"]
    four = Report("json", "data_integrity", (), yes, yes, yes, theirs=yes)
    assert list(four.verdicts()) == ["authentic", "current", "recognized", "theirs"]
