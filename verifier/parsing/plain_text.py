"""The text of a file, as editors save it: with a mark of their own at its start."""

import codecs


def read(data: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 where a byte order mark says so, without
    that mark; `UnicodeDecodeError` for anything else."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig")
