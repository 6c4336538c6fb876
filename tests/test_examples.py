"""The examples in module docstrings are true."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1]
MODULES = [
    ".".join(path.relative_to(FOLDER).with_suffix("").parts).removesuffix(".__init__")
    for root in ("contexts", "verifier", "keys", "issuer")
    for path in sorted((FOLDER / root).rglob("*.py"))
    if ">>> " in path.read_text("utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_an_example_in_a_module_is_true(name):
    failed, tried = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert (failed, tried > 0) == (0, True)
