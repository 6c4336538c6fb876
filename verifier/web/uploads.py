"""The files, texts and links in a submitted form, and those that a report page submits again."""

from dataclasses import dataclass
from itertools import zip_longest

from werkzeug.datastructures import FileStorage, ImmutableMultiDict


@dataclass(frozen=True, slots=True)
class Upload:
    """One submitted file, text or link; `name` is the file's name or the address of the link.

    `carrier` is its original form, if a report page submits its text again.
    """

    data: bytes
    name: str = ""
    carrier: str = ""


def uploads_in(
    form: ImmutableMultiDict[str, str], files: ImmutableMultiDict[str, FileStorage]
) -> list[Upload]:
    """Return the uploads in a form: its files, then its texts; only one if `only` selects it."""
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
