"""Read a moment that was typed into a form in local time.

moment_in(request.form, "opens", ZoneInfo("America/Chicago"))
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from contexts.errors import MintmarkError
from issuer.program.windows.local_time import Occurrence, moment_of
from issuer.program.windows.window import WindowRefused
from issuer.wording.days import WRITE_A_DAY, is_of_records
from verifier.wording.words import N_


def moment_in(form: Mapping[str, str], field: str, zone: ZoneInfo) -> datetime:
    """Return the moment; where clocks show it twice, `<field>_occurrence` says which is meant.

    Raises `WindowRefused` for a time that does not exist, is there twice, is in no year of records,
    or is none.
    """
    which = form.get(f"{field}_occurrence", "")
    try:
        local = datetime.fromisoformat(form.get(field, "")).replace(tzinfo=None)
        if not is_of_records(local):
            raise WindowRefused(field, WRITE_A_DAY)
        return moment_of(local, zone, Occurrence(int(which)) if which in ("0", "1") else None)
    except (ValueError, OverflowError):
        raise WindowRefused(
            field, N_("Write a day and a time, such as 2026-10-26 00:00.")
        ) from None
    except WindowRefused:
        raise
    except MintmarkError as exc:
        raise WindowRefused(field, str(exc)) from None
