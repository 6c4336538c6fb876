"""Decode a text file, with or without a byte order mark.

>>> read("\\ufeff{}".encode())
'{}'
"""

import codecs


def read(data: bytes) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 with a byte order mark, without that mark.

    Raises `UnicodeDecodeError` for anything else.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig")
