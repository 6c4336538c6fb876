"""The steps of the database schema are one chain, numbered as their files are."""

from itertools import pairwise
from pathlib import Path

from alembic.script import ScriptDirectory

from issuer.migrations import _config


def test_each_step_follows_the_one_before_and_is_numbered_so():
    scripts = list(ScriptDirectory.from_config(_config()).walk_revisions())[::-1]
    assert [script.revision for script in scripts] == [
        f"{number:04}" for number in range(1, len(scripts) + 1)
    ]
    assert all(two.down_revision == one.revision for one, two in pairwise(scripts))
    files = sorted(path.name[:4] for path in Path(scripts[0].path).parent.glob("0*.py"))
    assert files == [script.revision for script in scripts]
