"""`mintmark catalog`: load files as versions into the database, and retire achievements."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias

from sqlalchemy.orm import Session

from contexts.errors import DONE, UsageError
from issuer.catalog import files, versions
from issuer.catalog.achievement import Achievement
from issuer.drawing import glyphs
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer
from issuer.home.settings import FILE, Settings
from verifier import clock
from verifier.parsing.old_spelling import OLD_WORDS

Act: TypeAlias = Callable[[Session, str, datetime], None]
"""Retires an achievement, or offers it again, by its id, and records that in the audit log."""


def add_commands(commands: Commands, *, retire: Act, offer_again: Act) -> None:
    """Add `catalog load`, `catalog retire` and `catalog offer`."""
    before = [OLD_WORDS["catalog"]]
    catalog = commands.add_parser("catalog", aliases=before, help="what teachers can earn")
    actions = catalog.add_subparsers(dest="catalog_command", metavar="COMMAND", required=True)
    loading = actions.add_parser(
        "load", help="read achievements and rubrics; what changed becomes a new version"
    )
    loading.add_argument(
        "folder", type=Path, metavar="FOLDER", help="holds achievements/*.toml and rubrics/*.toml"
    )
    loading.set_defaults(run=_load)
    for name, act, words in (
        ("retire", retire, "offer an achievement no more; what was issued stays in force"),
        ("offer", offer_again, "offer a retired achievement again"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("achievement", metavar="ACHIEVEMENT", help="its id")
        action.set_defaults(run=partial(_act, act=act))


def _load(args: argparse.Namespace, issuer: Issuer) -> int:
    load(args.folder, issuer, now=clock.now())
    return DONE


def _act(args: argparse.Namespace, issuer: Issuer, *, act: Act) -> int:
    with issuer.database.writing() as session:
        if versions.find(session, args.achievement) is None:
            raise UsageError(f"the catalog has no achievement {args.achievement!r}")
        act(session, args.achievement, clock.now())
    return DONE


def load(folder: Path, issuer: Issuer, *, now: datetime) -> None:
    """Store what is new in the files of `folder`, all or nothing, and print it.

    Raises `CatalogError` if a file cannot be used.
    """
    achievements = files.load(folder)
    _refuse_unknown_offices(achievements, issuer.settings)
    with issuer.database.writing() as session:
        for rubric in files.rubrics(folder):
            versions.record_rubric(session, rubric, now=now)
        rows = [versions.record(session, item, now=now) for item in achievements]
    for row in rows:
        news = "new" if row.created_at == now else "unchanged"
        print(f"{row.achievement_id}  version {row.version}  {news}")
    for item in achievements:
        if problem := glyphs.unprintable(_printed(item), issuer.settings.font_folders):
            print(f"{item.id}  {problem[0]}; {problem[1]}", file=sys.stderr)


def _refuse_unknown_offices(achievements: list[Achievement], settings: Settings) -> None:
    known = settings.certificate.known
    for item in achievements:
        for office in item.signatories:
            if office not in known:
                there = ", ".join(sorted(known)) or "none"
                raise files.CatalogError(
                    f"{item.id}: signatories: no [[signatories]] in {FILE} has the office"
                    f" {office!r} (there: {there})"
                )


def _printed(item: Achievement) -> str:
    """Return everything of an achievement that a certificate prints."""
    criteria = item.rubric.criteria
    levels = [level.name for criterion in criteria for level in criterion.levels]
    return " ".join((item.name, item.description, *(one.name for one in criteria), *levels))
