"""`mintmark-verify serve`: the page and the API, for a browser and for programs."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from contexts.errors import DONE, UsageError
from verifier.options import pinned, web_options
from verifier.options.files import read_file
from verifier.pipeline.response_cache import remembering
from verifier.trust_lists import store, trust_option

if TYPE_CHECKING:
    from flask import Blueprint


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
    add("--no-batch", action="store_true", help="without the page for many applicants")
    web_options.add_offline(parser)
    trust_option.add_option(parser)
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
    lists = trust_option.live_lists(args)
    ask, contexts = remembering(web_options.asking(args)), pinned.contexts(pinned.read(args))
    try:
        many = None if args.no_batch else _for_many(args)
        application = app.create_app(ask, lists, contexts=contexts, name=args.name, many=many)
        app.serve(application, bind=args.bind, port=args.port)
    except (OSError, ValueError) as exc:
        raise UsageError(f"cannot listen at {args.bind}, port {args.port}: {exc}") from exc
    except KeyboardInterrupt:
        print()
    return DONE


def _for_many(args: argparse.Namespace) -> "Blueprint | None":
    """Return the pages for many applicants, by the same options as the page for one; None, and say
    so, if there is no folder to keep their checks in."""
    from verifier.web import app

    home = store.default_folder(os.environ)
    lists = tuple((Path(name).name, read_file(name)) for name in args.trust)
    followed = None if args.trust else home
    world = app.Allowed(
        web_options.asking(args), pinned.read(args), lists, followed, offline=args.offline
    )
    try:
        return app.for_many(home / "applicants", world)
    except OSError as exc:
        print(
            f"mintmark-verify: without the page for many applicants: cannot write to {home} "
            f"({exc.strerror}); name another folder in MINTMARK_VERIFY_HOME",
            file=sys.stderr,
        )
        return None


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)
