"""How customers' posts, reviews and survey comments feel, and what about.

What the words alone say is given, as what was read out of each text; which score outranks it, and what counts, is not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.reference.company import Company
from tests.reference.entities import Post, Response, Text
from tests.reference.periods import Case, Figures, figures
from tests.reference.surveys import LivesByKey, answer_dimensions, counted_answers, nps_contribution, top_and_bottom
from tests.reference.tickets import UNKNOWN
from tests.reference.voice import first_brand_replies, post_case

POLARITY = {"positive": 1, "neutral": 0, "negative": -1}


@dataclass(frozen=True)
class Heard:
    """A text of a customer with its polarity, None where unclassified, and the place where it counts."""

    text: Text
    polarity: int | None
    case: Case


def of_stars(post: Post) -> int | None:
    if post.rating is None or not 1 <= post.rating <= 5:
        return None
    return -1 if post.rating <= 2 else 1 if post.rating >= 4 else 0


def of_score(company: Company, answer: Response) -> int | None:
    """Return how satisfied an answer to the overall question is, 1, 0 or -1."""
    rule = top_and_bottom(company, answer)
    if answer.question != "overall" or answer.score is None or rule is None:
        return None
    return 1 if answer.score >= rule[0] else -1 if answer.score <= rule[1] else 0


def of_questionnaires(company: Company) -> dict[str, int]:
    """Return what each invitation's answers say: satisfaction before recommendation."""
    found: dict[str, int] = {}
    for question in (nps_contribution, lambda answer: of_score(company, answer)):
        for answer in counted_answers(company):
            polarity = question(answer)
            if answer.invitation_key is not None and polarity is not None:
                found[answer.invitation_key] = polarity
    return found


def heard(company: Company, lives: LivesByKey) -> Iterator[Heard]:
    posts = {post.social_post_key: post for post in company.posts}
    answers = {answer.survey_response_key: answer for answer in counted_answers(company)}
    questionnaires = of_questionnaires(company)
    for text in company.texts:
        if text.kind in ("post", "review"):
            post = posts[text.document_key]
            given, case = of_stars(post), post_case(company, post)
            more = {"platform": post.platform, "channel": UNKNOWN, "team": UNKNOWN}
        elif text.kind == "survey_comment" and text.document_key in answers:
            answer = answers[text.document_key]
            given = of_score(company, answer)
            if given is None:
                given = nps_contribution(answer)
            if given is None:
                given = questionnaires.get(answer.invitation_key or "")
            case = Case(company.local_day(answer.responded_at), answer_dimensions(company, lives, answer))
            more = {"platform": UNKNOWN}
        else:
            continue
        polarity = given if given is not None else POLARITY.get(text.sentiment or "")
        dimensions = {**case.dimensions, **more, "kind": text.kind, "language": text.language or UNKNOWN}
        yield Heard(text, polarity, Case(case.on, dimensions))


def text_figures(company: Company, lives: LivesByKey) -> Figures:
    topics = defaultdict(set)
    for it in company.text_topics:
        topics[it.text_key].add(it.topic)
    voices = list(heard(company, lives))
    polarities = {it.text.document_key: it.polarity for it in voices}
    classified = [it.case._replace(value=it.polarity) for it in voices if it.polarity is not None]
    about = [
        (it, it.case._replace(dimensions={**it.case.dimensions, "topic": topic}))
        for it in voices
        for topic in topics[it.text.text_key]
    ]
    moods = [case._replace(value=it.polarity) for it, case in about if it.polarity is not None]
    complaints = [case._replace(value=case.value == -1) for case in classified]
    return {
        **figures(company, "net_sentiment", classified, "index"),
        **figures(company, "complaint_share", complaints, "rate"),
        **figures(company, "unclassified_texts", [it.case for it in voices if it.polarity is None], "count"),
        **figures(company, "topic_volume", [case for _, case in about], "count"),
        **figures(company, "topic_net_sentiment", moods, "index"),
        **figures(company, "brand_response_rate", owed_answers(company, polarities), "rate"),
    }


def owed_answers(company: Company, polarities: dict[str, int | None]) -> list[Case]:
    asking = {text.document_key for text in company.texts if text.asks_for_answer}
    replies, window = first_brand_replies(company), company.window("brand_response_rate")
    cases = []
    for post in company.posts:
        key = post.social_post_key
        is_owed = key in asking or polarities.get(key) == -1
        if post.is_brand or post.in_reply_to_post_key is not None or not is_owed:
            continue
        if post.posted_at + window <= company.as_of:
            in_time = key in replies and replies[key] <= post.posted_at + window
            cases.append(post_case(company, post, in_time))
    return cases
