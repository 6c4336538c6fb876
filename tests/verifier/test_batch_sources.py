"""Submitted files in a bucket: every worker reads them there."""

import json

import pytest
import s3_server
from planted import badge

from verifier.batch import sources
from verifier.batch.applicants import read_submissions
from verifier.batch.checker import Checker, Task
from verifier.batch.files import BatchError, UnreadableError

FOLDER = f"s3://{s3_server.BUCKET}/spring/"


@pytest.fixture
def store(monkeypatch):
    """A store with a bucket, which boto3 finds by the environment."""
    with s3_server.running() as (endpoint, client):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        yield client


def test_files_in_a_bucket_are_checked_as_those_in_a_folder(store, world):
    signed = json.dumps(world.issuer.sign(badge(world, 1))).encode()
    table = b"Applicant,File\nA-1,jordan/1.json\nA-2,missing.json\n"
    names = {"spring/applicants.csv": table, "spring/jordan/1.json": signed}
    for name, data in {**names, "spring/.DS_Store": b"x", "elsewhere/2.json": b"x"}.items():
        store.put_object(Bucket=s3_server.BUCKET, Key=name, Body=data)
    files = sources.source_files(FOLDER)
    assert files.names() == ["applicants.csv", "jordan/1.json"]
    submissions = read_submissions(FOLDER)
    checker = Checker(Task(FOLDER, b"", (), lambda: world.fetch))
    rows = [checker.check(thing)[0] for thing in submissions.files]
    codes = [[why.code for why in row.reasons] for row in rows]
    assert codes == [["no_trust_list", "owner_not_given"], ["file_missing"]]
    with pytest.raises(UnreadableError, match="file_outside"):
        files.read("../elsewhere/2.json")
    with pytest.raises(BatchError, match="cannot be read"):
        sources.source_files("s3://no-such-bucket/x").names()


def test_without_its_extra_a_bucket_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr(sources, "find_spec", lambda _: None)
    with pytest.raises(BatchError, match=r"mintmark\[bucket\]"):
        sources.source_files(FOLDER)
