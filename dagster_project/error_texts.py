"""What an engine says of an error, without what it may quote of the data: error texts end up in logs and histories."""

from __future__ import annotations

import re

# The classes of DuckDB's errors whose messages quote no values of the data.
HARMLESS = {"Binder", "Catalog", "Parser", "Syntax", "IO", "Permission", "Not implemented", "Out of Memory"}


def without_values(text: str) -> str:
    """Cut a text off behind the class of a DuckDB error that may quote values; others stay as they are."""
    for error in re.finditer(r"(?:^|(?<=[\s:(]))([A-Z][A-Za-z ]*) Error: ", text):
        if error[1] not in HARMLESS:
            return f"{text[: error.end()]}a value does not fit"
    return text
