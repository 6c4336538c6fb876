"""The command `mintmark`. Where only the verifier is installed, it says what is missing."""

import sys

NEEDED = "mintmark[issuer]"


def main() -> int:
    """Run the command line of the issuer; without what it needs, return 1 and say so."""
    try:
        from issuer.__main__ import main as run

        return run()
    except ModuleNotFoundError as exc:
        if (exc.name or "").partition(".")[0] in ("issuer", "keys", "verifier", "contexts"):
            raise
        print(
            f"mintmark: issuing needs more than is installed here ({exc.name} is missing): "
            f"pip install '{NEEDED}', or from the program's folder: pip install '.[issuer]'. "
            "To check credentials: mintmark-verify",
            file=sys.stderr,
        )
        return 1
