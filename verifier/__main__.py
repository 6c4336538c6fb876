"""`mintmark-verify`: finds the command that is asked for, and prints what stops it."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from contexts.errors import FAILED, USAGE, MintmarkError

COMMANDS: Final = {
    "": "verifier.check_files",
    "batch": "verifier.batch.command",
    "derive": "verifier.derive",
    "serve": "verifier.web.command",
    "trust": "verifier.trust_lists.command",
}
"""The module of each command, imported when it is asked for: most often it is one file to check."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status, of which its `--help` says what each means.

    1 is an answer about a credential, so what stops a check ends with 2; `trust` answers about
    none.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    command = import_module(COMMANDS[name])
    args = command.parser().parse_args(arguments[1:] if name else arguments)
    try:
        status: int = command.run(args)
        return status
    except MintmarkError as exc:
        why = str(exc)
    except OSError as exc:
        why = f"{exc.filename}: {exc.strerror}"
    from verifier.wording.printed import printable  # after the command, which has imported it

    print(f"mintmark-verify{name and f' {name}'}: {printable(why)}", file=sys.stderr)
    return FAILED if name == "trust" else USAGE


if __name__ == "__main__":
    sys.exit(main())
