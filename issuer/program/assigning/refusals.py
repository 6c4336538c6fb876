"""What a page says to whoever runs the program where a step cannot be taken, by the error."""

from typing import Final

from issuer.program.evaluation.decisions import NotDecidable
from issuer.program.evaluation.reviews import MustNotJudge, ReviewClosed, Unfinished
from issuer.program.projects.states import NotNow
from verifier.wording.words import N_

REFUSED: Final = {
    MustNotJudge: N_("This person has a conflict of interest with this work: choose another."),
    ReviewClosed: N_("This review was given already, so it stays."),
    NotDecidable: N_("This was decided already, or its reviews are not all given."),
    Unfinished: N_("A criterion still needs a level, or a comment."),
    NotNow: N_("This project has moved on since. Look at it again."),
}
