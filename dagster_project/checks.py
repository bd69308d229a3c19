"""`careloop check`: what can be found wrong, and what would be loaded, without running."""

from __future__ import annotations

from dagster_project.config import PROJECT_ROOT, ConfigError, Settings
from dagster_project.landing import LandingZone
from dagster_project.manifest import LandingError
from dagster_project.mapping import MappingError, check_stream
from dagster_project.pseudonyms import pseudonym_key
from dagster_project.quality.expectations import SuiteError
from dagster_project.quality.suites import load_suites
from dagster_project.sources.errors import SourceError
from dagster_project.sources.extraction import preview
from dagster_project.sources.preview import Preview
from dagster_project.warehouse import PublishError, Workspace, verify, versions


def previews(settings: Settings) -> tuple[list[Preview], list[str]]:
    """Ask every source what a load would find, which tries its credentials and access; nothing is changed.

    Returns:
        A preview for each stream that could be asked, and what is wrong with the sources that could not.
    """
    zone = LandingZone(Workspace(settings.workspace_folder).landing)
    found: list[Preview] = []
    wrong = []
    for source in settings.sources:
        try:
            found += preview(source, zone, config_folder=settings.config_file.parent)
        except (LandingError, SourceError) as error:
            wrong.append(str(error))
    return found, wrong


def damaged_versions(workspace: Workspace) -> list[str]:
    """Read every published version again, and say which is not what its audit record says."""
    found = []
    try:
        published = versions(workspace)
    except PublishError as error:
        return [str(error)]
    for version in published:
        try:
            verify(version)
        except PublishError as error:
            found.append(str(error))
    return found


def problems(settings: Settings) -> list[str]:
    """List what is wrong with the published versions, the expectations, the landed batches and the mappings of them."""
    found = damaged_versions(Workspace(settings.workspace_folder))
    try:
        pseudonym_key(settings)
    except ConfigError as error:
        found.append(str(error))
    for layer in sorted(path.name for path in (PROJECT_ROOT / "expectations").iterdir()):
        try:
            load_suites(PROJECT_ROOT / "expectations", layer)
        except SuiteError as error:
            found.append(str(error))
    zone = LandingZone(Workspace(settings.workspace_folder).landing)
    for source in settings.sources:
        for stream in source.streams:
            try:
                for batch in zone.batches(source.name, stream):
                    batch.verify()
            except LandingError as error:
                found.append(str(error))
        for entity, mappings in source.entities.items():
            for mapping in mappings:
                try:
                    parts = zone.parts(source.name, mapping.from_)
                    if parts:
                        check_stream(mapping, parts, where=f"source {source.name}, entity {entity}")
                except (LandingError, MappingError) as error:
                    found.append(str(error))
    return list(dict.fromkeys(found))
