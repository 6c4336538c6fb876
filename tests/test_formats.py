"""docs/formats.md is true: it names what the code reads, and only files and tests that exist."""

import json
import re
from pathlib import Path

import pytest

from issuer.home.profiles import JWT, PROFILES, PROOF, PROOF_TO_SHARE
from keys.entry import JWT_USES
from verifier.proof.cryptosuites import SUITES
from verifier.proof.jose import ALGORITHMS
from verifier.wording import words

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "formats.md").read_text()
SAMPLES = (ROOT / "tests" / "verifier" / "test_foreign_badges.py").read_text()
PLATFORMS = re.search(r"PLATFORMS = \[(.*?)\]", SAMPLES, re.DOTALL)[1].replace(",", " ").split()
FOREIGN = PAGE.partition("## Foreign samples")[2]


@pytest.mark.parametrize("name", [*SUITES, *ALGORITHMS])
def test_each_proof_that_is_read_has_a_row(name):
    proofs = PAGE.partition("## Data models")[0]
    assert any(f"`{name}`" in line for line in proofs.splitlines() if line.startswith("|"))


@pytest.mark.parametrize("name", [*SUITES, *ALGORITHMS, PROOF_TO_SHARE])
def test_the_row_of_a_proof_says_whether_it_is_made(name):
    proofs = PAGE.partition("## Data models")[0]
    (row,) = [line for line in proofs.splitlines() if re.match(rf"\| [\w -]*`{name}`", line)]
    offered = {profile.suite.name for profile in PROFILES.values()} | {*JWT_USES, PROOF_TO_SHARE}
    default = name in (PROOF, JWT)
    expected = "by default" if default else "by setting" if name in offered else "no"
    assert row.split(" | ")[2].startswith(expected)


@pytest.mark.parametrize("url", json.loads((ROOT / "contexts" / "manifest.json").read_bytes()))
def test_each_bundled_context_is_named(url):
    assert f"`{url}`" in PAGE


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE))))
def test_each_file_that_it_names_exists(path):
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_foreign_sample_has_a_row(platform):
    assert f"| `{platform}` |" in FOREIGN


def test_it_names_no_foreign_sample_that_is_not_there():
    assert sorted(re.findall(r"\| `(\w+)` \|", FOREIGN)) == sorted(PLATFORMS)


@pytest.mark.parametrize("code", sorted(set(re.findall(r"(?:check \(|: )`(\w+)`", PAGE))))
def test_each_code_that_it_names_has_words(code):
    assert code in words.WORDS


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_row_of_a_foreign_sample_says_what_the_sample_expects(platform):
    body = SAMPLES.partition(f"def {platform}(")[2].partition("\ndef ")[0]
    expected = re.findall(r'"(\w+)", "not_authentic"|current="(\w+)"', body)
    (row,) = [line for line in FOREIGN.splitlines() if f"| `{platform}` |" in line]
    assert all(f"`{first or second}`" in row for first, second in expected)
    assert ("could not" in row) == bool(expected)
