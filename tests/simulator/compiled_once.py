"""What every application of a test compiles alike, compiled once for all of them.

An issuer has some 200 routes and as many templates. To compile them takes longer than most tests
that make an application.
"""

from functools import partial
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """The code of templates, for every environment that would compile them to the same code."""

    def __init__(self) -> None:
        self.codes: dict[tuple[Any, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get(_key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self.codes[_key(bucket)] = bucket.code


def _key(bucket: Bucket) -> tuple[Any, ...]:
    environment = bucket.environment
    return bucket.key, bucket.checksum, environment.finalize, *sorted(environment.extensions)


def install() -> None:
    """Let every application that is made from now on use what was compiled before it."""
    Flask.jinja_options = {"bytecode_cache": Templates()}
    Rule._compile_builder = _remembering(Rule._compile_builder)  # type: ignore[method-assign]


def _remembering(compile_builder: Any) -> Any:
    """`compile_builder`, which makes a function of the words of a rule, asked once for each."""
    builders: dict[tuple[Any, ...], Any] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        make = partial(compile_builder, rule, append_unknown)
        if rule.defaults:  # may hold what a converter made of it
            return make()
        key = append_unknown, rule.rule, *rule._trace
        if key not in builders:
            builders[key] = make()
        return builders[key]

    return remembered
