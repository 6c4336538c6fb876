"""What the pages of a project say for states, fields and reasons. Never a word of deficit (R13)."""

from collections.abc import Mapping
from typing import Final

from issuer.program.projects.history import OutlineStage
from issuer.program.projects.states import Act, Reason, State, Turn
from verifier.wording.words import N_

STATES: Final[Mapping[State, str]] = {
    State.DRAFT: N_("You are writing your proposal."),
    State.PROPOSED: N_("Your proposal is with the evaluators."),
    State.ACTIVE: N_("Approved: your project is under way."),
    State.SUBMITTED: N_("Your completed project is with the evaluators."),
    State.APPROVED: N_("Approved. Your credential is being made."),
    State.ISSUED: N_("Earned: your credential is issued."),
    State.WITHDRAWN: N_("You took this project back."),
    State.CLOSED: N_("This project was closed."),
}
SHORT: Final[Mapping[State, str]] = {
    State.DRAFT: N_("Draft"),
    State.PROPOSED: N_("Proposed"),
    State.ACTIVE: N_("Under way"),
    State.SUBMITTED: N_("Submitted"),
    State.APPROVED: N_("Approved"),
    State.ISSUED: N_("Earned"),
    State.WITHDRAWN: N_("Taken back"),
    State.CLOSED: N_("Closed"),
}
OUTLINE: Final[Mapping[OutlineStage, str]] = {
    OutlineStage.PLANNING: N_("Planning"),
    OutlineStage.UNDER_WAY: N_("Under way"),
    OutlineStage.COMPLETE: N_("Complete"),
    OutlineStage.EARNED: N_("Earned"),
    OutlineStage.TAKEN_BACK: N_("Taken back"),
    OutlineStage.CLOSED: N_("Closed"),
}
"""What others than the teacher and those who decide see: no step back shows in it (I12)."""
TURNS: Final[Mapping[Turn, str]] = {
    Turn.TEACHER: N_("It is your turn."),
    Turn.EVALUATORS: N_("It is the evaluators’ turn."),
    Turn.SERVER: N_("There is nothing for you to do."),
    Turn.NOBODY: N_("There is nothing left to do."),
}
TO_DO: Final[Mapping[State, str]] = {
    State.DRAFT: N_("It is your turn: write your proposal, and hand it in."),
    State.ACTIVE: N_(
        "It is your turn: carry it out, add evidence, and hand in the completed project."
    ),
}
"""What a teacher does, in the states in which it is her turn."""
GO_ON: Final[Mapping[State, str]] = {
    State.DRAFT: N_("Go on writing"),
    State.ACTIVE: N_("Go on with this project"),
}
"""What the button of such a project says."""
FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": (
        N_("Title"),
        N_("What the certificate will call it."),
    ),
    "topic": (
        N_("Field"),
        N_("We use it to find evaluators who know your subject."),
    ),
    "skill": (
        N_("The skill you want to build"),
        N_("In your own words."),
    ),
    "goal": (
        N_("Your goal"),
        N_("What students will do, or do better, when you have reached it."),
    ),
    "measured_outcome": (
        N_("How you will measure it"),
        N_("What you count or compare, and when."),
    ),
    "plan": (
        N_("Your plan"),
        N_("What you will do, read and try, and by when."),
    ),
    "students": (
        N_("How it helps your students"),
        N_("The first question of the evaluators."),
    ),
    "mission": (
        N_("How it fits the district’s mission and vision"),
        "",
    ),
    "need": (
        N_("The need it answers"),
        N_("Which data of the district or the school shows it?"),
    ),
    "reach": (
        N_("Who else it could help"),
        N_("Beyond your own students."),
    ),
    "began": (N_("First day"), ""),
    "ended": (N_("Last day"), ""),
    "hours": (
        N_("Hours"),
        N_("They are signed into the credential. Leave it empty if your district counts none."),
    ),
    "learning": (
        N_("What you learned, and how"),
        N_("Readings, discussions, courses."),
    ),
    "students_learning": (
        N_("What your students learned, and how you measured it"),
        N_("The process they went through, with your counts."),
    ),
    "student_work": (
        N_("What their work shows"),
        N_("Point to the evidence: student work, reflections by video or audio."),
    ),
    "reflection": (
        N_("Your reflection"),
        N_("What it changed, and what you will do next."),
    ),
}
"""By field: its label, and a word of help, as its teacher reads them."""
READ: Final[Mapping[str, str]] = {
    **{name: label for name, (label, _) in FIELDS.items()},
    "skill": N_("The skill to build"),
    "goal": N_("The goal"),
    "measured_outcome": N_("How it is measured"),
    "plan": N_("The plan"),
    "students": N_("How it helps students"),
    "learning": N_("What the teacher learned, and how"),
    "students_learning": N_("What students learned, and how it was measured"),
    "student_work": N_("What the students’ work shows"),
    "reflection": N_("Reflection"),
}
"""By field: its label for every other reader."""
SIGNATURES: Final[Mapping[str, str]] = {
    "sign_off.teacher": N_("Your own signature"),
    "sign_off.coach": N_("Your coach’s signature"),
    "sign_off.administrator": N_("Your building administrator’s signature"),
}
MISSING: Final[dict[str, str]] = {
    "empty": N_("still to be written"),
    "too_long": N_("longer than there is room for"),
    "no_day": N_("not a day yet: write one of the years 1900 to 2099 as 2026-11-30"),
    "no_number": N_("not a number yet: write it as 12 or 12.5"),
    "before_it_began": N_("before the first day"),
    "consent": N_("its consent is still to be answered"),
    "unsigned": N_("still to be signed"),
    "not_in_catalog": N_("your district’s rubric is not in the catalog: tell the office"),
}
ELSEWHERE: Final[dict[str, tuple[str, str]]] = {}
"""By field, where a room above answers for it: its page there, and what that is called. Such a room
adds its codes to `MISSING`."""
REASONS: Final[Mapping[Reason, str]] = {
    Reason.WINDOW_CLOSED: N_(
        "No window is open now. Your text is safe and waits for the next one."
    ),
    Reason.UNDECLARED: N_("First list your conflicts of interest."),
    Reason.INCOMPLETE: N_("Something is still to be written."),
    Reason.UNSIGNED: N_("Someone still has to sign."),
    Reason.WITHOUT_CONSENT: N_("The consent of a piece of evidence is still to be answered."),
    Reason.NO_SUCH_STEP: N_("This cannot be done in this state."),
    Reason.NOT_OVERDUE: N_("It is not overdue."),
}
ACTS: Final[Mapping[Act, str]] = {
    Act.SUBMIT: N_("Handed in"),
    Act.TAKE_BACK: N_("Taken back to keep writing"),
    Act.APPROVE: N_("Approved"),
    Act.NOT_YET: N_("Not yet"),
    Act.APPROVE_AFTER_ALL: N_("Approved, by a corrected decision"),
    Act.NOT_YET_AFTER_ALL: N_("Not yet, by a corrected decision"),
    Act.ISSUE: N_("Credential issued"),
    Act.EXTEND: N_("Given more time"),
    Act.CLOSE: N_("Closed"),
    Act.WITHDRAW: N_("Withdrawn"),
    Act.REOPEN: N_("Opened again"),
    Act.BRING_IN: N_("Approved before the program was here"),
}
