"""A YAML file checked against a shape: typed values, or errors that each name file, line and key.

What belongs here: reading the file, finding the line of an error, and what all shapes have in common; and reading files
that only the project itself writes. The shapes, and what their own errors say is allowed, belong to the modules that
use them.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

FOLDER = "folder"
"""Key of the validation context under which shapes find the folder of the file."""


class YamlFileError(Exception):
    """A YAML file cannot be used; one line a problem: `file:line: key: what was found and what is allowed`."""


class Shape(BaseModel):
    """What one mapping of a YAML file may hold: its fields, and nothing else.

    `given_by_path` names the fields that the reader of the file states, so that the file must not.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    given_by_path: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: Any) -> Any:
        known = {field.alias or name: name not in cls.given_by_path for name, field in cls.model_fields.items()}
        for key in data if isinstance(data, dict) else ():
            if key not in known:
                allowed = ", ".join(name for name, in_file in known.items() if in_file)
                raise problem(f"unknown key {key!r}; allowed are {allowed}", key)
        return data


ShapeT = TypeVar("ShapeT", bound=Shape)


def problem(message: str, *at: int | str) -> PydanticCustomError:
    """Make an error about the key that lies at `at` below the shape whose validator raises it."""
    return PydanticCustomError("problem", "{message}", {"message": message, "at": at})


def read_declared(path: Path) -> Any:
    """Read a file that declares something of the project's own; tests see to its shape.

    By libyaml, in a tenth of the time: there are hundreds of kilobytes of them.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def load_yaml(path: Path, shape: type[ShapeT], *, expected: str, **given: Any) -> ShapeT:
    """Read one YAML file as a shape.

    Args:
        path: the file.
        shape: what it must hold.
        expected: what it must hold in words, for a file that is no mapping at all.
        given: values of fields beside the file's, or over them.

    Raises:
        YamlFileError: it is not UTF-8, not YAML, or does not have the shape; all that is wrong is told.
        OSError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = deepcopy(_document(text))
    except UnicodeDecodeError as error:
        reason = f"{error.reason} at byte {error.start}"
        raise YamlFileError(f"{path}: not UTF-8 text ({reason}); save it as UTF-8") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise YamlFileError(f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {reason}") from None
    if not isinstance(document, dict):
        found = "an empty file" if document is None else type(document).__name__
        raise YamlFileError(f"{path}:1: expected {expected}, found {found}")
    for key in shape.given_by_path & document.keys():
        line, _ = _place(_with_lines(text), (key,))
        raise YamlFileError(f"{path}:{line}: {key}: `{key}` is said by the path of the file; remove it")
    try:
        return shape.model_validate({**document, **given}, context={FOLDER: path.parent})
    except ValidationError as error:
        lines = _with_lines(text)
        raise YamlFileError("\n".join(f"{path}:{_told(lines, detail)}" for detail in error.errors())) from None


@cache
def _document(text: str) -> Any:
    """Parse a text once a process; each module that needs the configuration reads it."""
    return YAML(typ="safe", pure=True).load(text)


def _with_lines(text: str) -> Any:
    """Parse again with the slower loader, which remembers lines; only an error needs them."""
    return YAML(typ="rt", pure=True).load(text)


def _told(document: Any, error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    at = context.get("at", ())
    message, found = error["msg"].removeprefix("Value error, "), error["input"]
    if error["type"] == "union_tag_not_found":
        message, at = "Field required", (context["discriminator"].strip("'"),)
    line, key = _place(document, (*error["loc"], *at))
    if "at" in context or not isinstance(found, str | int | float | date | None):
        return f"{line}: {key}: {message}"
    return f"{line}: {key}: {message}; found {str(found) if isinstance(found, date) else repr(found)}"


def _place(document: Any, location: tuple[int | str, ...]) -> tuple[int, str]:
    """Line (from 1) and key, such as `sources[2].name`, of an error's location.

    The location has parts that are no keys of the file: names that pydantic gives to shapes. The last part, where it
    is not there, is the key that is missing.
    """
    node, line, key = document, 1, ""
    for number, part in enumerate(location, start=1):
        if isinstance(node, CommentedMap) and part in node:
            line = _line_of_key(node, part)
            node = node[part]
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
            node = node[part]
        elif number < len(location) or part == "[key]":
            continue
        key += f"[{part}]" if isinstance(part, int) else f"{'.' if key else ''}{part}"
    return line, key or "the file"


def _line_of_key(node: CommentedMap, key: int | str) -> int:
    if key in node.lc.data:
        return int(node.lc.key(key)[0]) + 1
    # It came by `<<: *anchor`, and stands where the anchor is.
    return next(_line_of_key(merged, key) for merged in node.merge if key in merged)
