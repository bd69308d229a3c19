"""What customers say unasked: posts and reviews, and how fast the company answers them."""

from __future__ import annotations

from datetime import datetime

from tests.reference.business_time import calendar_minutes
from tests.reference.company import Company
from tests.reference.entities import Post
from tests.reference.periods import DURATION, Case, Figures, figures
from tests.reference.tickets import UNKNOWN


def post_case(company: Company, post: Post, value: float = 1.0) -> Case:
    customer = company.customer(post.customer_key, post.posted_at)
    dimensions = {
        "platform": post.platform,
        "post_kind": "root mention" if post.in_reply_to_post_key is None else "reply",
        "segment": (customer.segment if customer else None) or UNKNOWN,
        "product": post.product or UNKNOWN,
        "source": post.source,
    }
    return Case(company.local_day(post.posted_at), dimensions, value)


def first_brand_replies(company: Company) -> dict[str, datetime]:
    """Return when the brand first answered each post directly."""
    found: dict[str, datetime] = {}
    for post in sorted(company.posts, key=lambda post: post.posted_at):
        if post.is_brand and post.in_reply_to_post_key is not None:
            found.setdefault(post.in_reply_to_post_key, post.posted_at)
    return found


def voice_figures(company: Company) -> Figures:
    replies = first_brand_replies(company)
    mentions = [post for post in company.posts if not post.is_brand]
    ratings = [post_case(company, post, post.rating) for post in mentions if post.rating is not None]
    waits = [
        post_case(company, post, calendar_minutes(post.posted_at, replies[post.social_post_key]))
        for post in mentions
        if post.in_reply_to_post_key is None and post.social_post_key in replies
    ]
    return {
        **figures(company, "mention_volume", (post_case(company, post) for post in mentions), "count"),
        **figures(company, "review_rating_mean", ratings, "mean"),
        **figures(company, "brand_response_minutes", waits, *DURATION),
    }
