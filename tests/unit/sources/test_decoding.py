"""Bytes become text: any encoding, byte-order marks, and bytes that the stated encoding cannot decode."""

from __future__ import annotations

import encodings
import gzip
import pkgutil
from typing import TYPE_CHECKING

import pytest

from dagster_project.sources.errors import SourceError

if TYPE_CHECKING:
    from tests.conftest import Bench

NOT_FOR_FILES = {
    *("base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"),  # bytes to bytes
    *("idna", "punycode"),  # host names
    *("mbcs", "oem"),  # Windows only
    *("aliases", "undefined"),
}
ENCODINGS = sorted({module.name for module in pkgutil.iter_modules(encodings.__path__)} - NOT_FOR_FILES)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_text_encoding_of_python_is_read(bench: Bench, encoding: str) -> None:
    bench.put("a.csv", 'id,name\r\n1,Ann\r\n2,"Bob, Jr"\r\n'.encode(encoding))
    bench.land("a.csv", encoding=encoding)

    assert bench.values() == [("1", "Ann"), ("2", "Bob, Jr")]
    assert bench.zone.parts("crm", "records")[0].columns == ("id", "name")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "très"),
        ("cp1252", "5 €"),
        ("gb18030", "你好𠀀"),
        ("shift_jis", "テスト"),
        ("utf-16", "a😀"),
        ("utf-32-be", "é"),
    ],
)
@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_characters_of_an_encoding_arrive_as_they_are(bench: Bench, encoding: str, text: str, format_: str) -> None:
    content = f"name\n{text}\n" if format_ == "csv" else f'{{"name":"{text}"}}\n'
    bench.put("a.txt", content.encode(encoding))
    bench.land("a.txt", encoding=encoding, format=format_)

    assert bench.values() == [(text,)]


def test_text_longer_than_one_chunk_is_decoded_across_its_borders(bench: Bench) -> None:
    # 1 + 3 * 700,000 bytes: the border at 2 ** 20 bytes falls into a character
    text = "a" + "語" * 700_000
    bench.put("a.csv", f"name\n{text}\n".encode())
    bench.put("b.csv.gz", gzip.compress(f"name\n{text}b\n".encode()))
    bench.land("*.csv*")

    assert bench.values() == [(text,), (text + "b",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_a_byte_order_mark_does_not_stick_to_the_first_column(bench: Bench, encoding: str, format_: str) -> None:
    content = "id,name\n1,Ann\n" if format_ == "csv" else '{"id":1,"name":"Ann"}\n'
    mark = "" if encoding in ("utf-8-sig", "utf-16") else "\ufeff"  # these two codecs write their own
    bench.put("a.txt", (mark + content).encode(encoding))
    bench.land("a.txt", encoding=encoding, format=format_)

    assert bench.zone.parts("crm", "records")[0].columns == ("id", "name")
    assert bench.values() == [("1", "Ann")]


@pytest.mark.parametrize(
    ("encoding", "raw", "landed"),
    [
        ("utf-8", b"tr\xe8s", "tr\ufdd0e8s"),
        ("utf-8", b"cut \xe8\xaa", "cut \ufdd0e8\ufdd0aa"),
        ("utf-8", b"lone \xed\xa0\x80 surrogate", "lone \ufdd0ed\ufdd0a0\ufdd080 surrogate"),
        ("utf-8-sig", b"\xff", "\ufdd0ff"),
        ("ascii", b"tr\xc3\xa8s", "tr\ufdd0c3\ufdd0a8s"),
        ("cp1252", b"\x81", "\ufdd081"),
        ("shift_jis", b"a\xff", "a\ufdd0ff"),
        ("utf-7", b"+2AA-x", "\ufdd0ed\ufdd0a0\ufdd080x"),  # spells a lone surrogate
    ],
)
def test_each_byte_that_cannot_be_decoded_becomes_a_mark_and_its_hex_digits(
    bench: Bench, encoding: str, raw: bytes, landed: str
) -> None:
    bench.put("a.csv", b"id,name\n1,Ann\n2," + raw + b"\n3,Cid\n")
    bench.land("a.csv", encoding=encoding)

    assert bench.values() == [("1", "Ann"), ("2", landed), ("3", "Cid")]


def test_half_a_surrogate_pair_of_utf_16_costs_its_bytes_only(bench: Bench) -> None:
    bench.put("a.csv", "name\nx".encode("utf-16-le") + b"\x00\xd8" + "y\nz\n".encode("utf-16-le"))
    bench.land("a.csv", encoding="utf-16-le")

    assert bench.values() == [("x\ufdd000\ufdd0d8y",), ("z",)]


def test_an_encoding_that_is_not_one_of_files_is_an_error(bench: Bench) -> None:
    bench.put("a.csv", "id,name\n1,x\n")

    with pytest.raises(SourceError, match=r"file 'a\.csv': punycode is not an encoding of files"):
        bench.land("a.csv", encoding="punycode")
