"""`mintmark catalog load`: from files to versions in the database."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from issuer.catalog import files, versions
from issuer.catalog.achievement import Achievement
from issuer.database.database import Database
from issuer.drawing import glyphs
from verifier.parsing.old_spelling import OLD_WORDS

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_catalog_commands(subparsers: Commands) -> None:
    """Add `catalog` and its own subcommands to a program's `subparsers`."""
    before = [OLD_WORDS["catalog"]]
    catalog = subparsers.add_parser("catalog", aliases=before, help="what teachers can earn")
    commands = catalog.add_subparsers(dest="catalog_command", metavar="COMMAND", required=True)
    load = commands.add_parser(
        "load", help="read achievements and rubrics; what changed becomes a new version"
    )
    load.add_argument(
        "folder", type=Path, metavar="FOLDER", help="holds achievements/*.toml and rubrics/*.toml"
    )


def run(
    args: argparse.Namespace,
    *,
    database: Database,
    now: datetime,
    font_folders: Sequence[Path] = (),
) -> int:
    """Load the files named in `args`, all or none, and return 0. Raises `CatalogError`."""
    achievements = files.load(args.folder)
    with database.writing() as session:
        rows = [versions.record(session, item, now=now) for item in achievements]
    for row in rows:
        news = "new" if row.created_at == now else "unchanged"
        print(f"{row.achievement_id}  version {row.version}  {news}")
    for item in achievements:
        if told := glyphs.unprintable(_printed(item), font_folders):
            print(f"{item.id}  {told[0]}; {told[1]}", file=sys.stderr)
    return 0


def _printed(item: Achievement) -> str:
    """Return everything of an achievement that a certificate prints."""
    criteria = item.rubric.criteria
    levels = [level.name for criterion in criteria for level in criterion.levels]
    return " ".join((item.name, item.description, *(one.name for one in criteria), *levels))
