"""Surveys, posts, self-service and benchmarks of a company worked out by hand; sums stand beside expected numbers.

All in March 2026, as of the first instant of April. c1 is a business, c2 and c3 are consumers, c5 is premium and
silent, c4 signs up in April.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any

import duckdb
import pytest

from tests.companies import built, configuration, source

Connection = duckdb.DuckDBPyConnection

HELPDESK = {
    "agents": ["agent_id,team_id,is_bot", "ann,north,false", "robo,north,true"],
    "teams": ["team_id,name", "north,North"],
    "customers": [
        "customer_id,segment,usage_level,signup_at",
        "c1,business,high,2025-01-01T00:00:00Z",
        "c2,consumer,low,2025-01-01T00:00:00Z",
        "c3,consumer,low,2025-01-01T00:00:00Z",
        "c4,consumer,low,2026-04-01T00:00:00Z",
        "c5,premium,low,2025-01-01T00:00:00Z",
    ],
    "orders": [
        "order_id,customer_id,ordered_at,amount,currency,product",
        "o1,c1,2025-04-01T00:00:00Z,60,EUR,Kettle",
        "o2,c1,2026-03-31T20:00:00Z,40,EUR,Lamp",
        "o3,c2,2026-01-10T10:00:00Z,50,EUR,Lamp",
        "a_day_too_old,c3,2025-03-31T23:59:59Z,900,EUR,Lamp",
    ],
    "tickets": [
        "ticket_id,customer_id,created_at,channel,status,category,product,team_id,assignee_id,opened_by",
        "t1,c1,2026-03-02T09:00:00Z,email,Solved,billing,Lamp,north,ann,customer",
        "t2,c2,2026-03-03T09:00:00Z,chat,Solved,delivery,Lamp,north,ann,bot",
        "t3,c3,2026-03-04T09:00:00Z,chat,Solved,delivery,Lamp,north,ann,customer",
        "t4,c1,2026-03-10T12:00:00Z,email,Open,billing,Lamp,north,ann,customer",
    ],
    "ticket_events": [
        "event_id,ticket_id,occurred_at,event_type,actor_type,actor_id,to_value,is_public",
        "1,t1,2026-03-02T09:30:00Z,message,agent,ann,,true",
        "2,t1,2026-03-02T09:40:00Z,bot_handover,bot,robo,,",
        "3,t1,2026-03-02T10:00:00Z,status_changed,agent,ann,Solved,",
        "4,t2,2026-03-03T09:10:00Z,message,agent,ann,,true",
        "5,t2,2026-03-03T10:00:00Z,status_changed,agent,ann,Solved,",
        "6,t3,2026-03-04T09:00:10Z,message,bot,robo,,true",
        "7,t3,2026-03-04T09:01:00Z,bot_handover,bot,robo,,",
        "8,t3,2026-03-04T09:30:00Z,message,agent,ann,,true",
        "9,t3,2026-03-04T10:00:00Z,status_changed,agent,ann,Solved,",
        "10,t4,2026-03-10T13:00:00Z,message,agent,ann,,true",
    ],
}
SURVEYS = {
    "survey_invitations": [
        "invitation_id,survey_id,customer_id,ticket_id,sent_at,delivered",
        "i1,after_contact,c1,t1,2026-03-05T08:00:00Z,true",
        "i2,after_contact,c2,t2,2026-03-05T08:00:00Z,true",
        "i3,after_contact,c3,t3,2026-03-05T08:00:00Z,true",
        "asked_not_answered,after_contact,c1,t4,2026-03-20T08:00:00Z,true",
        "i5,after_contact,c3,t3,2026-03-20T08:00:00Z,true",
    ],
    "survey_responses": [
        "response_id,survey_id,responded_at,question,score,scale_min,scale_max,invitation_id,customer_id,agent_id,"
        "comment,language",
        "r1,after_contact,2026-03-10T10:00:00Z,overall,1,1,5,i1,,,,",
        "r1,after_contact,2026-03-10T10:00:00Z,recommend,3,0,10,i1,,,,",
        "r2,after_contact,2026-03-10T10:00:00Z,overall,5,1,5,i2,,,,",
        "r2,after_contact,2026-03-10T10:00:00Z,response_speed,4,1,5,i2,,,,",
        "r2,after_contact,2026-03-10T10:00:00Z,attitude,2,1,5,i2,,,,",
        "r2,after_contact,2026-03-10T10:00:00Z,effort,7,1,7,i2,,,,",
        "r2,after_contact,2026-03-10T10:00:00Z,recommend,9,0,10,i2,,,,",
        "r2,after_contact,2026-03-10T10:00:00Z,comment,,,,i2,,,a terrible wait,en",
        "r3,after_contact,2026-03-12T10:00:00Z,overall,2,1,5,i3,,,,",
        "r3,after_contact,2026-03-12T10:00:00Z,effort,4,1,7,i3,,,,",
        "r3,after_contact,2026-03-12T10:00:00Z,comment,,,,i3,,,nobody cares,en",
        "r5,after_contact,2026-03-31T20:00:00Z,overall,2,1,5,i5,,,,",
        "r6,panel,2026-03-15T10:00:00Z,overall,5,0,10,,c3,zoe,,",
    ],
    "social_posts": [
        "post_id,platform,posted_at,text,rating,is_brand,in_reply_to_post_id,language",
        "p1,shop,2026-03-10T10:00:00Z,fine,5,false,,en",
        "p2,shop,2026-03-10T10:30:00Z,thank you,,true,p1,",
        "p3,shop,2026-03-10T10:40:00Z,danke,,false,p2,de",
        "p4,shop,2026-03-10T10:45:00Z,see you,,true,p3,",
        "p5,shop,2026-03-11T10:00:00Z,broken,2,false,,en",
        "p6,shop,2026-03-11T11:30:00Z,sorry,,true,p5,",
        "p7,maps,2026-03-12T10:00:00Z,good but where is the manual?,4,false,,en",
        "p8,maps,2026-03-12T10:00:00Z,we are great,1,true,,",
    ],
}
PORTAL = {
    "self_service_sessions": [
        "session_id,started_at,ended_at,kind,customer_id,topic,handed_over_ticket_id,rated_helpful",
        "ticket_after_23_and_a_half_hours,2026-03-01T09:30:00Z,,faq,c1,billing,,false",
        "deflected,2026-03-20T09:30:00Z,,faq,c2,billing,,true",
        "nobodys,2026-03-20T09:30:00Z,,forum,,billing,,",
        "too_young,2026-03-31T12:00:00Z,,faq,c3,billing,,",
        "handed_over,2026-03-03T08:50:00Z,2026-03-03T09:00:00Z,bot,c2,delivery,t2,",
        "contained,2026-03-25T09:30:00Z,,bot,c3,delivery,,",
        "ticket_after_an_hour,2026-03-04T08:00:00Z,,bot,c3,delivery,,",
        "contained_of_nobody_known,2026-03-25T09:30:00Z,,bot,,delivery,,",
    ],
    "articles": [
        "article_id,title,topic,published_at,archived_at",
        "a1,Where is my parcel,delivery,2025-01-01T00:00:00Z,",
        "a2,Old bills,billing,2025-01-01T00:00:00Z,2026-01-01T00:00:00Z",
    ],
    "employee_feedback": [
        "feedback_id,submitted_at,agent_id,process_stage,topic,score",
        "f1,2026-03-05T08:00:00Z,ann,response,tools,2",
        "f2,2026-03-06T08:00:00Z,zed,response,tools,",
    ],
    "market_benchmarks": [
        "kpi,industry,period,value,unit,p25,p75,publisher",
        "csat_rate,retail,2025,50,percent,30,70,Somebody",
        "nps,retail,2025,10,points,-5,20,Somebody",
        "share_of_wallet,retail,2025,40,percent,,,Somebody",
    ],
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The warehouse of the company above."""
    folder = tmp_path_factory.mktemp("voice")
    references = {"customers": "helpdesk", "tickets": "helpdesk", "agents": "helpdesk"}
    sources = [
        source(folder, "helpdesk", HELPDESK),
        source(folder, "surveys", SURVEYS, references=references),
        source(folder, "portal", PORTAL, references=references),
    ]
    config = configuration(folder, sources, reporting_time_zone="UTC", as_of="2026-04-01T00:00:00Z")
    with built(config) as connection:
        yield connection


def march(
    connection: Connection, kpi: str, statistic: str, dimension: str = "overall", value: str = "all"
) -> tuple[Any, ...] | None:
    """Return numerator, denominator, value and sample of March's figure."""
    return connection.execute(
        "select numerator, denominator, value, sample_size from kpi.kpi_value where kpi = ? and statistic = ? "
        "and period_grain = 'month' and period_start = '2026-03-01' and dimension = ? and dimension_value = ?",
        [kpi, statistic, dimension, value],
    ).fetchone()


def test_satisfaction_asked_but_not_answered_counts_as_asked_only(company: Connection) -> None:
    assert march(company, "survey_response_rate", "rate") == (4, 5, 0.8, 5)
    # 1, 5, 2 and 2 on 1..5; the panel's scale has no rule that says who is satisfied.
    assert march(company, "csat_rate", "rate") == (1, 4, 0.25, 4)


def test_an_agent_whom_only_a_survey_or_a_remark_names_is_known_by_name(company: Connection) -> None:
    unknown = "select agent_key, has_profile from core.dim_agent where not has_profile order by 1"
    expected = [("helpdesk:zed", False), ("helpdesk:zoe", False), ("unknown", False)]
    assert company.execute(unknown).fetchall() == expected
    assert company.execute("select agent_key from core.fct_survey_response where survey_id = 'panel'").fetchall() == [
        ("helpdesk:zoe",)
    ]


def test_mean_scores_are_on_one_scale(company: Connection) -> None:
    # 1, 5, 2, 2, and 5 of 0..10, which is 3 of 1..5.
    assert march(company, "csat_mean", "mean") == (13, 5, 2.6, 5)
    assert march(company, "ces_mean", "mean") == (11, 2, 5.5, 2)
    assert march(company, "csat_dimension_mean", "mean") == (6, 2, 3, 2)
    assert march(company, "csat_dimension_mean", "mean", "question", "attitude") == (2, 1, 2, 1)


def test_a_loop_is_closed_by_an_agents_message_on_any_ticket_of_the_customer(company: Connection) -> None:
    # c1 is negative on both questions and hears from ann on another ticket; c3 hears nothing; the last is not due yet.
    assert march(company, "close_the_loop_rate", "rate") == (2, 3, pytest.approx(2 / 3), 3)
    assert march(company, "close_the_loop_rate", "rate", "question", "overall") == (1, 2, 0.5, 2)
    assert company.execute(
        "select question, score, follow_up_minutes, status from kpi.closed_loop order by answered_at, question"
    ).fetchall() == [
        ("overall", 1, 180, "followed up"),
        ("recommend", 3, 180, "followed up"),
        ("overall", 2, None, "missed"),
        ("overall", 2, None, "open"),
    ]


def test_weighted_satisfaction_gives_each_segment_its_share_of_the_customers(company: Connection) -> None:
    # Of four customers one is a business (0 of 1 satisfied), two are consumers (1 of 3), and premium did not answer:
    # 1/3 x 0 + 2/3 x 1/3. Weights of one answer: 1/3 x 4/1 and 2/3 x 4/3.
    assert march(company, "csat_weighted_rate", "rate") == (
        pytest.approx(8 / 9),
        pytest.approx(4),
        pytest.approx(2 / 9),
        4,
    )
    strata = company.execute(
        "select stratum, population, answers, weight, is_unanswered, effective_sample_size, margin_of_error "
        "from kpi.survey_stratum where period_grain = 'month' and stratification = 'segment' order by stratum"
    ).fetchall()
    # 4^2 / ((4/3)^2 + 3 x (8/9)^2) = 27/7; only the consumers' answers vary: (2/3)^2 x 1/3 x 2/3 / 3.
    totals = (pytest.approx(27 / 7), pytest.approx(1.959964 * sqrt(4 / 9 * 2 / 9 / 3)))
    assert strata == [
        ("business", 1, 1, pytest.approx(4 / 3), False, *totals),
        ("consumer", 2, 3, pytest.approx(8 / 9), False, *totals),
        ("premium", 1, 0, None, True, *totals),
    ]


def test_spend_bands_look_back_twelve_months_from_the_periods_end(company: Connection) -> None:
    # c1 spent 60 + 40, c2 50; c3's order is a day too old, c5 has none.
    assert company.execute(
        "select stratum, population, answers from kpi.survey_stratum "
        "where period_grain = 'quarter' and stratification = 'spend_band' order by stratum"
    ).fetchall() == [("low", 1, 1), ("medium", 1, 1), ("no orders", 2, 2)]
    assert company.execute(
        "select stratum, population from kpi.survey_stratum "
        "where period_grain = 'month' and stratification = 'product' order by stratum"
    ).fetchall() == [("Lamp", 2), ("no orders", 2)]


def test_ratings_are_the_customers_own(company: Connection) -> None:
    assert march(company, "review_rating_mean", "mean") == (11, 3, pytest.approx(11 / 3), 3)
    assert march(company, "review_rating_mean", "mean", "platform", "shop") == (7, 2, 3.5, 2)


@pytest.mark.parametrize(("statistic", "expected"), [("mean", 60), ("median", 60), ("p90", 84)])
def test_brand_response_is_timed_from_root_mentions(company: Connection, statistic: str, expected: float) -> None:
    # 30 and 90 minutes; the customer's reply that was answered after 5 minutes is no mention of its own.
    figure = march(company, "brand_response_minutes", statistic)
    assert figure is not None
    assert figure[2:] == (pytest.approx(expected), 2)
    assert march(company, "mention_volume", "count", "post_kind", "root mention") == (3, None, 3, 3)


def test_self_service_is_measured_against_tickets(company: Connection) -> None:
    assert march(company, "self_service_score", "mean") == (8, 4, 2, 4)
    assert march(company, "self_service_score", "mean", "segment", "business") == (1, 2, 0.5, 2)
    assert march(company, "deflection_rate", "rate") == (1, 2, 0.5, 2)
    assert march(company, "bot_containment_rate", "rate") == (2, 4, 0.5, 4)
    assert march(company, "bot_handover_rate", "rate") == (1, 4, 0.25, 4)
    assert company.execute(
        "select sessions, known_customers, ratings, helpful_ratings, deflected_sessions from kpi.self_service "
        "where kind = 'faq' and topic = 'billing'"
    ).fetchall() == [(3, 3, 2, 1, 1)]


def test_satisfaction_after_a_hand_over_is_that_of_tickets_which_began_with_one(company: Connection) -> None:
    # t2 by its session (5), t3 by its event (2 and 2); in t1 ann had written before.
    assert march(company, "handover_csat_rate", "rate") == (1, 3, pytest.approx(1 / 3), 3)


def test_an_article_that_was_withdrawn_covers_nothing(company: Connection) -> None:
    assert company.execute(
        "select topic, tickets, is_covered, candidate_rank from kpi.faq_candidate order by topic"
    ).fetchall() == [("billing", 2, False, 1), ("delivery", 2, True, None)]


def test_a_channels_page_shows_the_published_figures(company: Connection) -> None:
    # Chat: first responses after 10 and 30 minutes; satisfied 5, not 2 and 2.
    assert company.execute(
        "select name, tickets_created, tickets_solved, first_response_minutes_median, csat_rate, csat_answers, "
        "abandonment_rate from kpi.channel_performance where channel = 'chat' and month_start = '2026-03-01'"
    ).fetchall() == [("Chat", 2, 2, 20, pytest.approx(1 / 3), 3, None)]


def test_employees_are_heard_with_and_without_a_score(company: Connection) -> None:
    assert march(company, "employee_feedback_volume", "count", "topic", "tools") == (2, None, 2, 2)
    assert march(company, "employee_feedback_score", "mean", "process_stage", "response") == (2, 1, 2, 1)
    assert company.execute("select remarks, scored_remarks, score_mean from kpi.employee_voice").fetchall() == [
        (2, 1, 2)
    ]


def test_the_industrys_figures_stand_beside_ours_of_the_latest_complete_quarter(company: Connection) -> None:
    # NPS of 3 and 9 is 0: below the 10 of the industry, above its first quartile.
    assert company.execute(
        "select kpi, our_value, benchmark_value, gap, position from kpi.benchmark order by kpi"
    ).fetchall() == [
        ("csat_rate", 0.25, 0.5, -0.25, "worst quarter"),
        ("nps", 0, 10, -10, "worse than the benchmark"),
        ("share_of_wallet", None, 40, None, "not registered"),
    ]


def test_sentiment_is_the_customers_own_score_where_there_is_one_and_unclassified_is_no_sentiment(
    company: Connection,
) -> None:
    # Positive: stars 5 and 4, and a terrible wait of somebody who is satisfied; negative: stars 2, and a 2 of 5; the
    # German reply is in no denominator.
    assert march(company, "net_sentiment", "index") == (1, 5, 20, 5)
    assert march(company, "net_sentiment", "index", "kind", "review") == (1, 3, pytest.approx(100 / 3), 3)
    assert march(company, "complaint_share", "rate") == (2, 5, 0.4, 5)
    assert march(company, "unclassified_texts", "count") == (1, None, 1, 1)
    assert march(company, "unclassified_texts", "count", "language", "de") == (1, None, 1, 1)


def test_a_mention_that_asks_or_complains_is_owed_an_answer_within_a_day(company: Connection) -> None:
    # The complaint was answered after 90 minutes, the question for the manual never; praise is owed nothing.
    assert march(company, "brand_response_rate", "rate") == (1, 2, 0.5, 2)
    assert march(company, "brand_response_rate", "rate", "platform", "maps") == (0, 1, 0, 1)


def test_topics_are_counted_with_their_sentiment(company: Connection) -> None:
    # Broken: technical; manual: product_info; wait: response_time; nobody cares: staff.
    assert march(company, "topic_volume", "count") == (4, None, 4, 4)
    assert march(company, "topic_net_sentiment", "index", "topic", "technical") == (-1, 1, -100, 1)
    assert march(company, "topic_net_sentiment", "index", "topic", "response_time") == (1, 1, 100, 1)
    assert company.execute(
        "select topic, texts, classified_texts, unclassified_texts, net_sentiment from kpi.voice_of_customer "
        "where period_grain = 'month' and dimension = 'overall' and topic in ('all', 'staff') order by topic"
    ).fetchall() == [("all", 6, 5, 1, 20), ("staff", 1, 1, 0, -100)]


def test_who_complained_and_heard_nothing_is_on_the_worklist(company: Connection) -> None:
    # c3 on 12 March; the complaint about the broken thing was answered.
    assert company.execute(
        "select kind, document_key, topics, is_overdue, is_public, waiting_minutes from kpi.feedback_worklist"
    ).fetchall() == [("survey_comment", "surveys:r3:comment", "staff", True, False, 19 * 1440 + 14 * 60)]
