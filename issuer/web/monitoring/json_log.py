"""Logs as lines of JSON, for who collects them: `log = "json"` in the settings.

A line holds what the plain one does; neither ever holds a name, an address or a token.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from gunicorn import glogging


class JsonLines(logging.Formatter):
    """Writes a record as one line: when, how bad, where, what, and a traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Logger(glogging.Logger):  # type: ignore[misc]
    """Gunicorn's log and that of everything it serves, as lines of JSON."""

    def setup(self, cfg: Any) -> None:
        """Set the format of what gunicorn says, and of all that is logged in its workers."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
