"""JSON objects as Python holds them."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]
"""A JSON object that is only read: a document is never changed."""
JsonObject: TypeAlias = dict[str, Any]
"""A JSON object that is being made."""
