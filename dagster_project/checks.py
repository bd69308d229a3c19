"""`careloop check`: what can be found wrong, and what would be loaded, without running."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dagster_project.config import PROJECT_ROOT, ConfigError, Settings, Source
from dagster_project.landing import LandingZone
from dagster_project.manifest import LandingError
from dagster_project.mapping import FileColumns, MappingError, check_file, check_stream
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


def problems(settings: Settings, seen: Iterable[Preview]) -> list[str]:
    """List what is wrong with the published versions, the expectations, the landed batches and the mappings.

    Args:
        settings: the configuration.
        seen: what the sources were found to hold; mappings are checked against new files as against landed ones.
    """
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
    new = {(it.source, it.stream): it.new_files for it in seen}
    for source in settings.sources:
        for stream in source.streams:
            found += _stream_problems(source, stream, zone, new.get((source.name, stream), ()))
    return list(dict.fromkeys(found))


def _stream_problems(source: Source, stream: str, zone: LandingZone, new: Sequence[FileColumns]) -> list[str]:
    """List what is wrong with the batches of a stream, and with its mappings for what is landed and for new files."""
    try:
        for batch in zone.batches(source.name, stream):
            batch.verify()
        files = [*zone.parts(source.name, stream), *new]
    except LandingError as error:
        return [str(error)]
    found = []
    for entity, mappings in source.entities.items():
        for mapping in mappings:
            if mapping.from_ == stream and files:
                try:
                    check_stream(mapping, files, where=f"source {source.name}, entity {entity}, from {stream}")
                except MappingError as error:
                    found.append(str(error))
    if not found:
        # Of one file only what it lacks beside others; what is in none has been told.
        for file in new:
            try:
                check_file(source, stream, file.file, file.columns)
            except MappingError as error:
                found.append(str(error))
    return found
