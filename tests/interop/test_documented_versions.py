"""docs/interop.md names the versions that the tests really use."""

import json
import re
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent


def test_the_page_names_the_versions_that_were_compared_with():
    page = (HERE.parents[1] / "docs" / "interop.md").read_text()
    documented = dict(re.findall(r"^\| `([^`]+)` \| ([\d.]+) \|", page, re.MULTILINE))
    locked = json.loads((HERE / "package-lock.json").read_bytes())["packages"]
    named = json.loads((HERE / "package.json").read_bytes())["dependencies"]
    used = {name: locked[f"node_modules/{name}"]["version"] for name in named}
    assert documented == used | {"openbadgeslib": version("openbadgeslib")}
