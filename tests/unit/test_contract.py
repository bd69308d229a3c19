"""The contract in force is the one that was agreed on: every entity, column, requirement and piece of personal data."""

from __future__ import annotations

import pytest

from dagster_project.contract import ENTITIES

# Written down from the agreed source contract, not from the declaration under test. `*` is required, `!` is personal
# data.
AGREED = {
    "customers": "*customer_id account_id name! email! phone! country language segment plan signup_at churned_at "
    "usage_level updated_at",
    "agents": "*agent_id name! email! team_id tier is_bot hired_at left_at",
    "teams": "*team_id name tier department",
    "tickets": "*ticket_id *customer_id *created_at channel status priority category product subject description! "
    "language team_id assignee_id opened_by parent_ticket_id merged_into_ticket_id is_spam is_deleted queued_at "
    "answered_at abandoned_at talk_seconds hold_seconds wrap_up_seconds first_response_at first_solved_at solved_at "
    "closed_at reopen_count agent_reply_count updated_at",
    "ticket_events": "*event_id *ticket_id *occurred_at *event_type actor_type actor_id from_value to_value is_public "
    "body!",
    "survey_invitations": "*invitation_id *survey_id *customer_id ticket_id *sent_at delivered",
    "survey_responses": "*response_id *survey_id *responded_at *question score scale_min scale_max comment! "
    "invitation_id customer_id ticket_id agent_id language",
    "social_posts": "*post_id *platform *posted_at *text! author! language rating in_reply_to_post_id is_brand url "
    "likes shares customer_id product",
    "orders": "*order_id *customer_id *ordered_at amount currency product status",
    "usage_events": "*event_id *customer_id *occurred_at page_or_feature action session_id",
    "self_service_sessions": "*session_id *started_at *kind customer_id topic article_id ended_at "
    "handed_over_ticket_id rated_helpful",
    "articles": "*article_id title topic published_at updated_at archived_at",
    "employee_feedback": "*feedback_id *submitted_at agent_id process_stage topic score text",
    "trainings": "*training_id *agent_id *course *completed_at score",
    "market_benchmarks": "*kpi *industry *period *value unit p25 p75 publisher url",
    "initiatives": "*initiative_id *name *kpi *start_at end_at owner_department scope target_value phase milestones",
}
# Kept back beyond what was agreed: free text in which people name people, and an address that names the author.
ALSO_PERSONAL = {("tickets", "subject"), ("social_posts", "url"), ("employee_feedback", "text")}

ENUMERATIONS = {
    ("tickets", "channel"): "phone email chat web social app in_person other",
    ("tickets", "opened_by"): "customer agent bot system",
    ("ticket_events", "event_type"): "created message note assigned team_changed status_changed priority_changed "
    "category_changed escalated bot_handover merged other",
    ("ticket_events", "actor_type"): "customer agent bot system",
    ("self_service_sessions", "kind"): "faq forum community bot",
}


def test_the_entities_are_those_agreed() -> None:
    assert set(ENTITIES) == set(AGREED)


@pytest.mark.parametrize("entity", AGREED)
def test_the_columns_are_those_agreed_and_the_same_ones_are_required(entity: str) -> None:
    agreed = [column.rstrip("!") for column in AGREED[entity].split()]
    declared = ENTITIES[entity].columns.values()
    assert sorted(f"{'*' if column.required else ''}{column.name}" for column in declared) == sorted(agreed)


@pytest.mark.parametrize("entity", AGREED)
def test_the_same_columns_are_personal_data(entity: str) -> None:
    agreed = {column.strip("*!") for column in AGREED[entity].split() if column.endswith("!")}
    agreed |= {column for name, column in ALSO_PERSONAL if name == entity}
    assert {column.name for column in ENTITIES[entity].columns.values() if column.personal} == agreed


def test_enumerations_have_the_values_agreed_and_there_are_no_others() -> None:
    declared = {
        (entity.name, column.name): set(column.values)
        for entity in ENTITIES.values()
        for column in entity.columns.values()
        if column.values
    }
    assert declared == {where: set(values.split()) for where, values in ENUMERATIONS.items()}


def test_every_instant_is_typed_as_one() -> None:
    for entity in ENTITIES.values():
        for column in entity.columns.values():
            assert (column.data_type == "instant") == column.name.endswith("_at"), (entity.name, column.name)


def test_a_row_is_identified_by_columns_that_it_must_have() -> None:
    # A benchmark without a publisher is one of an unknown publisher.
    optional = {("market_benchmarks", "publisher")}
    for entity in ENTITIES.values():
        assert entity.key, entity.name
        assert {(entity.name, column) for column in entity.key if not entity.columns[column].required} <= optional


def test_a_reference_leads_to_an_entity_with_a_key_of_one_column() -> None:
    for entity in ENTITIES.values():
        for parent in entity.referenced:
            assert len(ENTITIES[parent].key) == 1, (entity.name, parent)
    assert ENTITIES["ticket_events"].referenced == ["tickets", "agents", "customers"]
    assert ENTITIES["tickets"].columns["customer_id"].references == ("customers",)


def test_an_event_without_its_ticket_is_an_orphan_and_a_ticket_without_its_customer_is_not() -> None:
    assert ENTITIES["ticket_events"].columns["ticket_id"].must_exist
    assert not ENTITIES["tickets"].columns["customer_id"].must_exist


def test_newer_versions_are_told_by_the_column_that_says_when_they_were_written() -> None:
    versioned = {entity.name: entity.version for entity in ENTITIES.values() if entity.version}
    assert versioned == dict.fromkeys(("customers", "tickets", "articles"), "updated_at")
