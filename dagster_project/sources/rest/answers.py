"""Answers: JSON that keeps what it says, all digits of integers and texts that are not quite in their encoding."""

from __future__ import annotations

import codecs
import json
import math
from typing import Any

import requests

from dagster_project.sources.decoding import MARK


class Answer(requests.Response):
    """An answer whose JSON keeps what it says: all digits of integers, and texts that are not quite UTF-8."""

    def json(self, **_: Any) -> Any:
        """Parse the answer, once.

        Raises:
            ValueError: it is no JSON, or an object has a key twice.
        """
        if not hasattr(self, "_parsed"):
            self._parsed = parsed(self.content, self.headers.get("Content-Type", ""))
        return self._parsed


def parsed(content: bytes, content_type: str) -> Any:
    """Parse JSON. Bytes that its encoding does not have are marked, as they are in files.

    Raises:
        ValueError: it is no JSON, or an object has a key twice.
    """
    encoding = json.detect_encoding(content)
    stated = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    if stated and encoding in ("utf-8", "utf-8-sig"):
        try:
            encoding = encoding if codecs.lookup(stated).name == "utf-8" else stated
        except LookupError:
            raise ValueError(f"its encoding {stated!r} is unknown") from None
    text = content.decode(encoding, errors=MARK).removeprefix("\ufeff")
    return json.loads(text, object_pairs_hook=_object, parse_float=_number, parse_constant=str)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice in an object")
    return found


def _number(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text
