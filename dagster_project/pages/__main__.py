"""Write all generated pages."""

from dagster_project.pages import data_dictionary, sources

for page in (data_dictionary, sources):
    page.TARGET.parent.mkdir(exist_ok=True)
    page.TARGET.write_text(page.content(), encoding="utf-8")
