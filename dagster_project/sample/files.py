"""The sample's files: what each is called, which rows it gets, and in which shape.

What belongs here: names, formats, dialects, encodings, and the lines no writer produces. Which columns a file has is
written in sql/out_*.sql; writing is in export.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from dagster_project.sample.parameters import LOCAL

PLAIN = "columns(lambda c: c[1] <> '_')"
CSV = "format csv, header"
LINES = "format csv, header false, quote '', escape '', delimiter '\x01'"  # one text column is one line
BOM = "\ufeff"
Span = tuple[int, int]


@dataclass(frozen=True)
class Export:
    """One file: rows of `clean` and `dirty` relations that meet `where`, with the COPY options to write them."""

    path: str
    entity: str
    clean: str
    dirty: str | None
    options: str
    select: str = PLAIN
    where: str = "true"


def _span(year: int, month: int, months: int) -> Span:
    following = year * 12 + month - 1 + months
    ends = (datetime(year, month, 1, tzinfo=LOCAL), datetime(following // 12, following % 12 + 1, 1, tzinfo=LOCAL))
    return int(ends[0].timestamp()), int(ends[1].timestamp())


def _within(span: Span) -> str:
    return f"_moment >= {span[0]} and _moment < {span[1]}"


def _tickets(year: int, quarter: int) -> Export:
    """Describe a quarter of tickets: a column came in late 2025, and one export had its columns in disorder."""
    late = (year, quarter) >= (2025, 4)
    first = '"Geändert", "Status"' if (year, quarter) == (2025, 3) else '"Ticketnummer"'
    names = re.findall(r'"([^"]+)"', first)
    renamed = re.sub(r'^"([^"]+)"', rf'"\1" as "{BOM}\1"', first)
    left_out = ", ".join(f"'{name}'" for name in [*names, *([] if late else ["Vorgänger"])])
    return Export(
        f"helpdesk/tickets_{year}-Q{quarter}.csv",
        "tickets",
        "clean_tickets",
        "dirty_tickets",
        f"{CSV}, delimiter ';'",
        f"{renamed}, columns(lambda c: c[1] <> '_' and c not in ({left_out}))",
        _within(_span(year, quarter * 3 - 2, 3)),
    )


def _events(year: int, month: int) -> Export:
    packed = ("gz", "gzip") if (year, month) == (2025, 1) else ("zst", "zstd")
    return Export(
        f"helpdesk/events/events_{year}-{month:02}.jsonl.{packed[0]}",
        "ticket_events",
        "lines_of_events",
        "dirty_ticket_events",
        f"{LINES}, compression {packed[1]}",
        "line",
        _within(_span(year, month, 1)),
    )


def _posts(path: str, where: str) -> Export:
    return Export(path, "social_posts", "lines_of_posts", "dirty_social_posts", LINES, "line", where)


def _of_crm(path: str, entity: str, options: str) -> Export:
    return Export(path, entity, f"clean_{entity}", f"dirty_{entity}", options)


MONTHS = [(2025 + m // 12, m % 12 + 1) for m in range(18)]
EXPORTS = [
    _of_crm("crm/customers.csv", "customers", CSV),
    _of_crm("crm/orders.parquet", "orders", "format parquet"),
    _of_crm("crm/usage_events.csv.gz", "usage_events", f"{CSV}, compression gzip"),
    *(_tickets(year, month // 3 + 1) for year, month in MONTHS if month % 3 == 1),
    *(_events(year, month) for year, month in MONTHS),
    Export(
        "helpdesk/agents.csv", "agents", "clean_agents", "dirty_agents", f"{CSV}, delimiter ';'", where="not _is_old"
    ),
    Export(
        "helpdesk/agents_2025-12.csv",
        "agents",
        "clean_agents",
        "dirty_agents",
        f"{CSV}, delimiter ';'",
        where="_is_old",
    ),
    Export("helpdesk/teams.csv", "teams", "clean_teams", None, f"{CSV}, delimiter ';'"),
    Export(
        "voice/questionnaires.tsv",
        "questionnaires",
        "clean_questionnaires",
        "dirty_questionnaires",
        f"{CSV}, delimiter '\t', nullstr 'NA'",
    ),
    _posts("voice/posts.jsonl", "platform <> 'weixun'"),
    _posts("voice/posts_weixun.jsonl", "platform = 'weixun'"),
    Export("portal/sessions.csv", "self_service_sessions", "clean_sessions", "dirty_sessions", CSV),
    Export("portal/articles.csv", "articles", "clean_articles", "dirty_articles", CSV),
    Export("hr/trainings.csv", "trainings", "clean_trainings", "dirty_trainings", CSV),
    Export("hr/initiatives.jsonl", "initiatives", "clean_initiatives", None, LINES, "line"),
    Export("hr/market_benchmarks.csv", "market_benchmarks", "clean_market_benchmarks", None, CSV),
]
RECODED = {
    "helpdesk/agents.csv": "cp1252",
    "helpdesk/agents_2025-12.csv": "cp1252",
    "voice/posts_weixun.jsonl": "gb18030",
}
WORKBOOK = "hr/employee_feedback.xlsx"

# How many questions a wide row answers.
ANSWERS = """len(list_filter(
    ["Overall", "Speed", "Quality", "ProblemSolving", "Attitude", "Knowledge", "Recommend", "Effort", "Comment"],
    lambda answer: answer is not null
))"""

# What no writer of CSV or JSON produces: (file, entity, defect, key, line). An unclosed quote stands last, because it
# swallows what follows.
REST = b",,DE,en,consumer,none,2025-02-03T10:00:00Z,,low,2025-02-03T10:00:00Z\n"
BROKEN_LINES = [
    ("crm/customers.csv", "customers", "BYTES", "DIRTY-BYTES-1", b"DIRTY-BYTES-1,,Zo\xff\xfe,zo@example.com" + REST),
    ("crm/customers.csv", "customers", "NUL", "DIRTY-NUL-1", b"DIRTY-NUL-1,,Nul\x00l,nul@example.com" + REST),
    ("crm/customers.csv", "customers", "SHORT", "DIRTY-SHORT-1", b"DIRTY-SHORT-1,A-0000001,Too Short\n"),
    ("crm/customers.csv", "customers", "QUOTE", "DIRTY-QUOTE-1", b'DIRTY-QUOTE-1,,"Open,open@example.com' + REST),
    ("portal/sessions.csv", "self_service_sessions", "SHORT", "DIRTY-SHORT-1", b"DIRTY-SHORT-1,2025-05-05T10:00:00Z\n"),
    (
        "voice/posts.jsonl",
        "social_posts",
        "BYTES",
        "DIRTY-BYTES-1",
        b'{"id":"DIRTY-BYTES-1","platform":"microblog","created":"2025-02-03T10:00:00Z","text":"so \x80\xfe good"}\n',
    ),
]
