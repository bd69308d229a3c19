"""A careful reader of delimited text: Python's csv module, resumed after each record that cannot be parsed.

What belongs here: the one definition of a record, against which DuckDB's faster reader is checked and which decides
where the two disagree. A blank line is no record. A record that cannot be parsed, or has another number of fields than
there are columns, is rejected by its first physical line, and reading resumes on the next one: an unclosed quote costs
one line, however much it would swallow. Lines end as the file set states; a CR or LF that does not end one is data.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from dagster_project.source_config.files import CsvFiles
from dagster_project.sources.errors import SourceError

MAX_RECORD_CHARACTERS = 64 * 2**20
_REREAD_ALLOWANCE_CHARACTERS = 16 * MAX_RECORD_CHARACTERS

NEWLINES = {"any": "", "lf": "\n", "crlf": "\r\n"}
"""What `open` takes as `newline` so that a text is read in lines that end as stated, unchanged."""

# Python's parser ends a record at every CR and LF outside of quotes. Those that are data are shown to it as these lone
# surrogates, which no decoded text can hold.
_CR_AS_DATA, _LF_AS_DATA = "\ud80d", "\ud80a"

csv.field_size_limit(MAX_RECORD_CHARACTERS)  # for the process; the default of 128 KiB rejects long texts


@dataclass(frozen=True)
class Reject:
    """A physical line (numbered from 1) that begins no record."""

    line_number: int
    reason: str
    text: str


class Records:
    """Iterates over the records of a text stream that was opened with the newline of `NEWLINES`: fields, or a reject.

    `width` is the number of fields that a record must have; while it is None, any number will do. `line_count` counts
    the physical lines accounted for so far, `longest` the characters of the longest record.
    """

    def __init__(self, stream: TextIO, settings: CsvFiles) -> None:
        self.width: int | None = None
        self.line_count = 0
        self.longest = 0
        self._readline = stream.readline
        self._dialect = _dialect(settings)
        self._line_end = NEWLINES[settings.line_ending]
        self._ahead: deque[str] = deque()  # lines to read again before the stream goes on
        self._taken: list[str] = []  # lines of the record being read
        self._size = 0  # their characters
        self._is_disguised = False  # whether one of them holds a CR or LF that is data
        self._read = 0
        self._reread = 0

    def __iter__(self) -> Iterator[list[str] | Reject]:
        taken = self._taken
        while True:
            try:
                for record in csv.reader(self._lines(), **self._dialect):
                    if record and len(record) != self.width and self.width is not None:
                        reason = f"{len(record)} field(s) where there are {self.width} columns"
                        break
                    self.line_count += len(taken)
                    taken.clear()
                    if self._size > self.longest:
                        self.longest = self._size
                    if record:
                        yield [_undisguised(field) for field in record] if self._is_disguised else record
                else:
                    return
            except csv.Error as error:
                reason = _reason(str(error))
            yield self._reject(reason)

    def _lines(self) -> Iterator[str]:
        """Feed the parser, and remember what it took since the last record."""
        taken = self._taken
        while True:
            if self._ahead:
                line = self._ahead.popleft()
            else:
                line = self._readline(MAX_RECORD_CHARACTERS + 1)
                self._read += len(line)
            if not line:
                return
            if not taken:
                self._size = 0
                self._is_disguised = False
            self._size += len(line)
            taken.append(line)
            if self._size > MAX_RECORD_CHARACTERS:
                if len(taken) == 1:
                    raise SourceError(
                        f"line {self.line_count + 1} is longer than {MAX_RECORD_CHARACTERS:,} characters; "
                        "check the file's `format`, `encoding` and `line_ending`"
                    )
                raise csv.Error("field larger than field limit")
            yield self._disguised(line) if self._line_end else line

    def _disguised(self, line: str) -> str:
        text = line.removesuffix(self._line_end)
        end = line[len(text) :]
        escape = self._dialect["escapechar"]
        if escape and end == "\r\n" and (len(text) - len(text.rstrip(escape))) % 2:
            text, end = f"{text[:-1]}\r", f"{escape}\n"  # the parser takes an escape to be that of the CR alone
        if "\r" not in text and "\n" not in text:
            return line
        self._is_disguised = True
        return text.replace("\r", _CR_AS_DATA).replace("\n", _LF_AS_DATA) + end

    def _reject(self, reason: str) -> Reject:
        first, *rest = self._taken
        self.line_count += 1
        self._ahead.extendleft(reversed(rest))
        self._taken.clear()
        self._reread += sum(map(len, rest))
        # With doubled quotes each line is read at most twice more; only an escape before many line ends can go on.
        if self._reread > _REREAD_ALLOWANCE_CHARACTERS + 4 * self._read:
            raise SourceError(
                f"near line {self.line_count} one broken record follows the other, each running on over many lines "
                f"({reason}); state the file's `delimiter`, `quote` and `escape`"
            )
        text = first.removesuffix(self._line_end) if self._line_end else first.rstrip("\r\n")
        return Reject(self.line_count, reason, text)


def _undisguised(field: str) -> str:
    return field.replace(_CR_AS_DATA, "\r").replace(_LF_AS_DATA, "\n")


def _dialect(settings: CsvFiles) -> dict[str, Any]:
    doubled = settings.escape in (None, settings.quote)
    return {
        "strict": True,
        "delimiter": settings.delimiter,
        "quotechar": settings.quote,
        "quoting": csv.QUOTE_NONE if settings.quote is None else csv.QUOTE_MINIMAL,
        "doublequote": doubled,
        "escapechar": None if doubled else settings.escape,
    }


def _reason(message: str) -> str:
    if message == "unexpected end of data":
        return "a quote or escape that nothing closes before the end of the file"
    if message.startswith("field larger than field limit"):
        return f"a quote that nothing closes within {MAX_RECORD_CHARACTERS:,} characters"
    if re.fullmatch(r"'.' expected after '.'", message, re.DOTALL):
        return "text after a closing quote"
    return message
