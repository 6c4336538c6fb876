"""What a person handed in: files, pasted text or links, and what a report asks about again."""

from dataclasses import dataclass
from itertools import zip_longest

from werkzeug.datastructures import FileStorage, ImmutableMultiDict


@dataclass(frozen=True, slots=True)
class Upload:
    """One thing handed in, by the name it had there: of a file, or the address of a link.

    `carrier` is what it came in, where its text is handed in again from a report.
    """

    data: bytes
    name: str = ""
    carrier: str = ""


def uploads_in(
    form: ImmutableMultiDict[str, str], files: ImmutableMultiDict[str, FileStorage]
) -> list[Upload]:
    """Return everything in a form: its files, then its texts; of several only the one asked for."""
    fields = (form.getlist(name) for name in ("text", "name", "carrier"))
    uploads = [Upload(file.read(), file.filename or "") for file in files.getlist("file") if file]
    uploads += [
        Upload(text.strip().encode(), name or _address(text.strip()), carrier)
        for text, name, carrier in zip_longest(*fields, fillvalue="")
        if text.strip()
    ]
    number = form.get("only", 0, type=int)
    return [uploads[number - 1]] if 0 < number <= len(uploads) else uploads


def _address(text: str) -> str:
    """Return a link without what a scanned code carries behind its `#`, else ''."""
    return text.partition("#")[0] if text.startswith(("http://", "https://")) else ""
