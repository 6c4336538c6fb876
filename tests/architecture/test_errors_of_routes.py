"""No route lets an error of ours pass: it says what is wrong, or that there is no such thing.

What cannot happen for a reason that no source shows stands here, by file, with the reason.
"""

from tests.architecture import errors_of_routes

CHECKED_AT_THE_START = "the pictures and fonts of certificates are read before a server starts"
FOUND = "the rule of the route found the credential"
PLANNED = "the look leaves out what the register does not take"
READ_BEFORE = "rules are read before they are stored"
PASSED = {
    ("people.roster.routes", "RegisterError"): PLANNED,
    ("people.roster.routes", "RoleError"): PLANNED,
    (
        "program.assigning.deciding_routes",
        "NotDecidable",
    ): "it is asked before a release alone",
    ("program.compensation.pages.contract_routes", "NotSet"): READ_BEFORE,
    ("program.compensation.pages.my_money_routes", "NotSet"): READ_BEFORE,
    ("program.compensation.pages.run_routes", "NotSet"): "no rule is changed with the columns",
    ("program.midyear.routes", "NotNow"): "a new project can be brought in",
    ("program.projects.routes", "ReadOnly"): "it is asked only while the teacher writes",
    ("sharing.holder.routes", "SettingsError"): CHECKED_AT_THE_START,
    ("sharing.mine.wallet_routes", "RegisterError"): "to name no wallet is always taken",
    ("sharing.public.routes", "SettingsError"): CHECKED_AT_THE_START,
    ("staff.catalog.achievement_routes", "SettingsError"): CHECKED_AT_THE_START,
    ("staff.catalog.routes", "SettingsError"): CHECKED_AT_THE_START,
    ("staff.credentials.correct_routes", "NotIssuedError"): FOUND,
    ("staff.credentials.correct_routes", "SettingsError"): CHECKED_AT_THE_START,
    ("staff.credentials.revoke_routes", "NotIssuedError"): FOUND,
    ("staff.issuing.one_routes", "SettingsError"): CHECKED_AT_THE_START,
}


def test_every_error_that_a_route_can_meet_is_answered():
    left = {
        (route.rpartition(".")[0].removeprefix("issuer."), error.rpartition(".")[2])
        for route, error in errors_of_routes.leaving()
    }
    assert left == PASSED.keys()
