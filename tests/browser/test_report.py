"""The report as its readers meet it: in a browser, from a file, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dagster_project.report import make_report, sections
from tests.declared_warehouse import HOSTILE, RUN, declare, fill

Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, pages: Path) -> Iterator[Open]:
    """Open a page, drawn to the end; whatever it logs as an error or asks the network for fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(name: str = "index", *, folder: Path = pages, width: int = 1280, **settings: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **{"locale": "en-GB", **settings})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda it: complaints.append(it.text) if it.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda it: complaints.append(it.url) if not it.url.startswith(("file:", "data:")) else None)
        page.goto((folder / f"{name}.html").as_uri())
        page.wait_for_selector("html[data-drawn]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def shown(page: Page, kpi: str) -> str:
    return page.inner_text(f"#overview tr[data-kpi={kpi}] [data-value]").replace("\xa0", " ").split("\n")[0]


@pytest.mark.parametrize("name", ["index", "review"])
def test_every_section_is_drawn_or_says_why_it_is_empty(open_page: Open, name: str) -> None:
    page = open_page(name)
    for section in sections.load(name):
        for block in section.blocks:
            text = page.inner_text(f"#block-{block.name}")
            charts = page.locator(f"#block-{block.name} .chart svg").count()
            assert charts or page.locator(f"#block-{block.name} :is(table, .empty)").count(), block.name
            assert "title." not in text
    assert page.locator(".chart svg").count() == page.locator(".chart").count() > 0


def test_a_filter_shows_the_figure_that_the_marts_publish(open_page: Open, company: duckdb.DuckDBPyConnection) -> None:
    page = open_page()
    assert shown(page, "tickets_created") == published(company, "tickets_created", "overall", "all", "{:,.0f}")
    page.select_option("#filter-channel", "phone")
    assert shown(page, "tickets_created") == published(company, "tickets_created", "channel", "phone", "{:,.0f}")
    median_minutes = float(published(company, "first_response_minutes", "channel", "phone", "{}"))
    assert shown(page, "first_response_minutes") == f"{median_minutes / 60:.1f} h"
    page.select_option("#filter-period", "quarter:2026-01-01")
    ((value,),) = company.execute(
        "select value from kpi.kpi_value where kpi = 'csat_rate' and period_grain = 'quarter' "
        "and period_start = '2026-01-01' and dimension_value = 'phone'"
    ).fetchall()
    assert shown(page, "csat_rate") == f"{100 * value:.1f} %"


def published(company: duckdb.DuckDBPyConnection, kpi: str, dimension: str, value: str, text: str) -> str:
    ((figure,),) = company.execute(
        "select value from kpi.kpi_value where kpi = ? and period_grain = 'month' and period_start = '2026-03-01' "
        "and dimension = ? and dimension_value = ?",
        [kpi, dimension, value],
    ).fetchall()
    return text.format(figure)


def test_a_combination_of_filters_adds_up_as_sql_does_and_its_median_says_that_it_is_binned(
    open_page: Open, company: duckdb.DuckDBPyConnection
) -> None:
    ((tickets, median, reopened, transferred),) = company.execute(
        """
        select
            count(*), median(first_response_minutes), avg(is_reopened_in_window::integer),
            sum((is_assigned and is_transferred)::integer) / sum(is_assigned::integer)
        from core.fct_ticket
        where created_on between '2026-01-01' and '2026-03-31' and team = 'Team 1' and segment = 'consumer'
        """
    ).fetchall()
    page = open_page()
    page.select_option("#filter-period", "quarter:2026-01-01")
    page.select_option("#filter-team", "Team 1")
    page.select_option("#filter-segment", "consumer")
    assert shown(page, "tickets_created") == f"{tickets:,}"
    page.click("#overview .component > details summary")
    assert shown(page, "reopen_rate") == f"{100 * reopened:.1f} %"
    assert shown(page, "transfer_rate") == f"{100 * transferred:.1f} %"
    about = shown(page, "first_response_minutes")
    assert about.startswith("≈ ")
    minutes = float(about.removeprefix("≈ ").removesuffix(" min").removesuffix(" h")) * (60 if "h" in about else 1)
    assert 120 <= median < 240  # the bin that the page read it from
    assert 120 <= minutes < 240
    assert "read from counts in bins" in page.inner_text("#overview")


def test_the_open_tickets_of_each_month_stand_in_a_bar_of_their_own(open_page: Open) -> None:
    page = open_page()
    page.click("#block-backlog summary")
    rows = [row.split("\t") for row in page.inner_text("#block-backlog tbody").splitlines()]
    assert [row for row in rows if row[0] == "2026-02"] == [
        ["2026-02", age, tickets]
        for age, tickets in zip(
            ("under 1 day", "1 to 3 days", "3 to 7 days", "7 to 30 days", "over 30 days"), "43219", strict=True
        )
    ]
    assert {row[0] for row in rows} == {"2026-01", "2026-02", "2026-03"}
    bars = page.eval_on_selector_all("#block-backlog .mark-rect path", "bars => bars.map((it) => it.getBBox().x)")
    assert len({round(x) for x in bars}) == 3


def test_hours_stand_in_their_order_where_only_some_are_known_and_nobody_is_missing(open_page: Open) -> None:
    labels = open_page().locator("#block-staffing .role-axis-label text").all_text_contents()
    assert labels == ["09:00", "14:00", "Monday", "Tuesday"]


def test_filters_without_effect_on_a_figure_are_named_there(open_page: Open) -> None:
    page = open_page()
    page.select_option("#filter-segment", "vip")
    assert "Not cut by Segment" in page.inner_text("#block-bottlenecks")
    page.click("#filters button[type=reset]")
    assert "Not cut by" not in page.inner_text("#block-bottlenecks")
    assert page.input_value("#filter-segment") == ""


def test_a_chart_of_what_nobody_knows_is_left_to_its_table_until_somebody_does(open_page: Open) -> None:
    page = open_page()
    charts, table = page.locator("#block-by_segment .chart svg"), page.locator("#block-by_segment table")
    assert charts.count() == 1
    page.select_option("#filter-channel", "phone")
    page.select_option("#filter-team", "Team 1")
    table.scroll_into_view_if_needed()
    assert charts.count() == 0
    page.click("#filters button[type=reset]")
    charts.wait_for()


@pytest.mark.parametrize("name", ["index", "review"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violation_is_found(open_page: Open, name: str, scheme: str) -> None:
    page = open_page(name, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [390, 768, 1920])
def test_nothing_runs_over_the_edge_of_the_window(open_page: Open, width: int) -> None:
    for name in ("index", "review"):
        page = open_page(name, width=width)
        page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_markup_in_the_data_is_shown_as_text(open_page: Open) -> None:
    page = open_page()
    page.select_option("#filter-team", f"North {HOSTILE}")
    assert HOSTILE in page.inner_text("#overview .lead")
    assert HOSTILE[:20] in page.inner_text("#block-by_team .chart")
    assert page.evaluate("window.hostile") is None
    assert page.locator("main script, main img").count() == 0


def test_the_interface_speaks_chinese_and_english(open_page: Open) -> None:
    page = open_page(locale="zh-CN")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.inner_text("h1") == "客户服务报告"
    assert "首次答复时间" in page.inner_text("#overview")
    page.click("#tools button[lang=en]")
    assert page.inner_text("h1") == "Customer service report"
    assert "First response time" in page.inner_text("#overview")
    assert page.get_attribute("html", "lang") == "en"


def test_the_keyboard_reaches_the_figures_and_the_filters(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#filter-channel")
    before = shown(page, "tickets_created")
    page.keyboard.press("ArrowDown")
    assert shown(page, "tickets_created") != before


def test_every_figure_leads_to_its_definition(open_page: Open) -> None:
    page = open_page()
    targets = page.eval_on_selector_all("main a[href^='#def-']", "links => links.map((it) => it.getAttribute('href'))")
    assert len(targets) > 10
    assert [it for it in set(targets) if page.locator(f"[id='{it[1:]}']").count() != 1] == []


def test_on_paper_all_charts_are_drawn_and_the_controls_are_gone(open_page: Open) -> None:
    page = open_page("review")
    page.emulate_media(media="print")
    assert page.locator("#filters").is_visible() is False
    assert page.locator(".chart svg").count() == page.locator(".chart").count() > 0


def test_a_log_that_tails_off_opens_on_the_last_month_with_tickets(open_page: Open, tmp_path: Path) -> None:
    with declare(tmp_path / "thin.duckdb") as thin:
        fill(thin)
        thin.execute(
            """
            update kpi.kpi_value set value = 1, sample_size = 1
            where kpi = 'tickets_created' and dimension = 'overall' and period_start in ('2026-02-01', '2026-03-01')
            """
        )
        for name, text in make_report(thin, RUN, cache=tmp_path).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
    page = open_page(folder=tmp_path)
    assert page.input_value("#filter-period") == "month:2026-01-01"
    assert "hardly any tickets" in page.inner_text("#overview .lead")
    page.select_option("#filter-period", "month:2026-03-01")
    assert "hardly any tickets" not in page.inner_text("#overview .lead")
    page.click("#filters button[type=reset]")
    assert page.input_value("#filter-period") == "month:2026-01-01"
    assert "hardly any tickets" not in open_page().inner_text("#overview .lead")


def test_a_warehouse_without_a_single_row_has_a_page_that_says_so(open_page: Open, tmp_path: Path) -> None:
    with declare(tmp_path / "empty.duckdb") as empty:
        for name, text in make_report(empty, RUN, cache=tmp_path).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
    page = open_page(folder=tmp_path)
    assert "no dated cases yet" in page.inner_text("#overview")
    open_page("review", folder=tmp_path)
