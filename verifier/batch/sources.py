"""Where submitted files may lie: in a folder, in a zip, or in a bucket of S3's kind.

`s3://bucket/folder` is read by every worker itself. The account, and the address of a store that is
not Amazon's (`AWS_ENDPOINT_URL`), come from where boto3 looks. It is the extra `bucket`.
"""

from functools import cached_property
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from verifier.batch.files import (
    MAX_FILES,
    TABLES,
    BatchError,
    Folder,
    UnreadableError,
    Zip,
    is_handed_in,
    take,
)
from verifier.wording.words import N_

START = "s3://"


class Bucket:
    """The files below an address; no name leads out of it."""

    def __init__(self, address: str) -> None:
        if find_spec("boto3") is None:
            raise BatchError(N_("s3:// needs more: pip install 'mintmark[bucket]'"))
        self._bucket, _, folder = address.removeprefix(START).partition("/")
        self._folder = folder.strip("/") + "/" if folder.strip("/") else ""

    @cached_property
    def _client(self) -> Any:
        import boto3  # an extra

        return boto3.session.Session().client("s3")

    def names(self) -> list[str]:
        """Return the files' names, in order, with `/` between folders."""
        from botocore.exceptions import BotoCoreError, ClientError  # an extra

        names: list[str] = []
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._folder):
                keys = (item["Key"].removeprefix(self._folder) for item in page.get("Contents", ()))
                names += [key for key in keys if all(map(is_handed_in, key.split("/"))) and key]
                if len(names) > MAX_FILES:
                    raise BatchError(
                        N_("more than {most} files: check them in parts"), most=MAX_FILES
                    )
        except (BotoCoreError, ClientError) as exc:
            where = f"{START}{self._bucket}/{self._folder}"
            raise BatchError(
                N_("{file} cannot be read ({fault})"), file=where, fault=str(exc)
            ) from exc
        return sorted(name for name in names if not name.endswith("/"))

    def read(self, name: str) -> tuple[bytes, str]:
        """Return as much of a file as is needed, and the SHA-256 of it all; `UnreadableError`."""
        from botocore.exceptions import BotoCoreError, ClientError  # an extra

        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            raise UnreadableError("file_outside")
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._folder + name)
            return take(answer["Body"], answer["ContentLength"])
        except self._client.exceptions.NoSuchKey as exc:
            raise UnreadableError("file_missing") from exc
        except (BotoCoreError, ClientError, OSError) as exc:
            raise UnreadableError("file_unreadable", detail="the bucket did not give it") from exc


Source: TypeAlias = Path | str
"""A folder, a zip or a table; as text, the address of a folder in a bucket."""
SourceFiles: TypeAlias = Folder | Zip | Bucket


def source_of(text: str) -> Source:
    """Return the source that an argument of a command names."""
    return text if text.startswith(START) else Path(text).resolve()


def name_of(source: Source) -> str:
    """Return the name of the source's file or folder."""
    return source.name if isinstance(source, Path) else source.rstrip("/").rpartition("/")[2]


def source_files(source: Source) -> SourceFiles:
    """Return the files of `source`, or the files beside it if it is a table."""
    if isinstance(source, str):
        return Bucket(source)
    if not source.exists():
        raise BatchError(N_("there is no {file}"), file=str(source))
    if source.is_dir():
        return Folder(source)
    return Folder(source.parent) if source.name.lower().endswith(TABLES) else Zip(source)
