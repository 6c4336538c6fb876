"""The shipped term tables are what PyLD makes of the context files today."""

import subprocess
import sys
from importlib import resources

import pytest
from world import BADGE, CONTEXTS

from contexts import BUNDLED, shipped
from contexts.compile import FAMILIES, shipped_tables
from contexts.shipped import TABLES_FILE
from contexts.terms import Declined
from contexts.walk import Walk


def test_the_shipped_tables_are_what_the_compiler_makes():
    assert resources.files("contexts").joinpath(TABLES_FILE).read_text("utf-8") == shipped_tables()


@pytest.mark.parametrize("family", FAMILIES, ids=" ".join)
def test_a_shipped_family_is_of_bundled_contexts_that_fit_together(family):
    assert set(family) <= BUNDLED.keys()
    assert shipped.initial().with_contexts(list(family)).terms.keys() >= {"id", "type", "@id"}


def test_what_is_not_shipped_is_declined():
    with pytest.raises(Declined):
        Walk.of({"@context": list(reversed(CONTEXTS)), "id": "urn:x"}, shipped.initial())


def test_a_usual_credential_needs_neither_pyld_nor_the_context_files():
    program = f"""
import sys, contexts
contexts.canonicalize({BADGE!r})
assert not [name for name in sys.modules if name.split(".")[0] in ("pyld", "frozendict", "lxml")]
"""
    subprocess.run([sys.executable, "-c", program], check=True)
