"""Sources of kind `rest`, which all presets are: asking an API for its records, page by page.

What belongs here: everything between the shapes of source_config/rest.py and rows in a file. What becomes of the rows
is decided in sources/live.py. dlt does the repeating of requests, the walk from page to page, and the ways to sign
in; what is added here keeps secrets and memory within bounds. The modules load dlt, which takes a second: import
this package where a source of the kind is read, and nowhere else.
"""

from dagster_project.sources.rest.look import preview
from dagster_project.sources.rest.reading import extract

__all__ = ["extract", "preview"]
