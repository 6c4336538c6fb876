"""How a subject adds its commands to `mintmark`.

    listing = commands.add_parser("list", help="list credentials")
    listing.set_defaults(run=_list)  # called as _list(args, issuer); returns the exit status

A command that can do without a current database says so: `set_defaults(needs=Needs.HOME)`.
"""

import argparse
from enum import Enum, auto
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What commands are added to."""


class Needs(Enum):
    """What must be there before a command runs. With `NOTHING`, it is called without an issuer."""

    NOTHING = auto()
    HOME = auto()
    DATABASE = auto()
