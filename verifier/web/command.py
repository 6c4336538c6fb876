"""`mintmark-verify serve`: the page and the API, for a browser and for programs."""

import argparse

from contexts.errors import DONE, UsageError
from verifier.options import pinned, web_options
from verifier.pipeline.response_cache import remembering
from verifier.trust_lists import given


def parser() -> argparse.ArgumentParser:
    """Return the parser of what follows `serve`."""
    parser = argparse.ArgumentParser(
        prog="mintmark-verify serve",
        description="Serve the verifier's page and API, for a browser and for programs.",
        epilog="For more people than yourself put a web server before it that speaks https.",
    )
    add = parser.add_argument
    add("--bind", default="127.0.0.1", metavar="ADDRESS", help="default: 127.0.0.1, this machine")
    add("--port", type=_port, default=8203, metavar="N", help="default: 8203; 0 takes a free one")
    add("--name", default="Mintmark", help="who runs it, at the top of the page")
    web_options.add_offline(parser)
    given.add_option(parser)
    web_options.add_options(parser)
    pinned.add_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted. Raises `UsageError` if that cannot be begun."""
    try:
        from verifier.web import app
    except ModuleNotFoundError as exc:
        message = f"{exc.name} is not installed; in Mintmark's folder: pip install '.[web]'"
        raise UsageError(message) from exc
    lists = given.live_lists(args)
    ask, contexts = remembering(web_options.asking(args)), pinned.contexts(pinned.read(args))
    try:
        application = app.create_app(ask, lists, contexts=contexts, name=args.name)
        app.serve(application, bind=args.bind, port=args.port)
    except (OSError, ValueError) as exc:
        raise UsageError(f"cannot listen at {args.bind}, port {args.port}: {exc}") from exc
    except KeyboardInterrupt:
        print()
    return DONE


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)
