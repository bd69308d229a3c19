"""The report: two self-contained pages, made of the version that is about to be published.

What belongs here: queries over the published schemas (`sql/`), which section shows what of them (`sections.py`), charts
without data (`charts/`), words (`strings/`), and the page that puts them together in the reader's browser (`page/`).
Whatever a figure means is decided by the marts; nothing here computes one anew but sums over the filters.
"""

from dagster_project.report.datasets import ReportError
from dagster_project.report.report import make_report

__all__ = ["ReportError", "make_report"]
