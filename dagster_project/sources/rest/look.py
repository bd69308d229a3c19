"""What `careloop check` tells of a source of kind `rest`: the first page of each list that a load would ask for."""

from __future__ import annotations

from dagster_project.landing import LandingZone
from dagster_project.source_config.rest import Resource, RestSource
from dagster_project.sources.live import saved_cursor
from dagster_project.sources.preview import Preview
from dagster_project.sources.rest.connection import Connection
from dagster_project.sources.rest.listing import Listing
from dagster_project.sources.rest.reach import Reach
from dagster_project.sources.rest.reading import request_of


def preview(source: RestSource, zone: LandingZone) -> list[Preview]:
    """Ask for one page of each resource that has no parent. Exports are not started, for that would change something.

    Raises:
        SourceError: a credential is missing or refused, or an answer cannot be used.
    """
    with Connection(source) as connection:
        return [_look(connection, stream, resource, zone) for stream, resource in source.resources.items()]


def _look(connection: Connection, stream: str, resource: Resource, zone: LandingZone) -> Preview:
    source = connection.source
    if resource.parent:
        return Preview(source.name, stream, None, f"asked for each new or changed record of {resource.parent}")
    if resource.export:
        return Preview(source.name, stream, None, "an export, which a load starts")
    saved = saved_cursor(source, zone, stream)
    asked = Reach(resource.cursor, saved, zone=source.time_zone).asked if resource.cursor else None
    listing = Listing(connection, stream)
    page = next(listing.pages(*request_of(listing, {}, asked)), None)
    rows = len(page[1]) if page else 0
    since = f", from {asked} on" if asked is not None else ""
    more = "all of them" if resource.paging.type == "none" else "there may be more pages"
    return Preview(source.name, stream, None, f"{rows} record(s) on the first page{since}; {more}")
