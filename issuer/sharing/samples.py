"""`mintmark preview`: what a district's badges look like, before anybody earns one."""

import argparse
from pathlib import Path

from contexts.errors import DONE, FAILED
from issuer.catalog import versions
from issuer.catalog.picture import badge
from issuer.drawing.badges.side_by_side import side_by_side
from issuer.home.command_line import Commands
from issuer.home.issuer import Issuer

BADGES = "badges.png"


def add_commands(commands: Commands) -> None:
    """Add `preview`."""
    preview = commands.add_parser("preview", help="draw the badges of the catalog, to look at")
    preview.add_argument("folder", type=Path, metavar="FOLDER", help="where the pictures go")
    preview.set_defaults(run=_preview)


def _preview(args: argparse.Namespace, issuer: Issuer) -> int:
    with issuer.database.reading() as session:
        listed = versions.listed(session)
    if not listed:
        print("the catalog is empty: mintmark catalog load FOLDER")
        return FAILED
    args.folder.mkdir(parents=True, exist_ok=True)
    drawn = [badge(achievement, issuer.settings, "png") for achievement in listed]
    (args.folder / BADGES).write_bytes(side_by_side(drawn))
    print(args.folder / BADGES)
    return DONE
