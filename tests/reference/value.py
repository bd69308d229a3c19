"""What customers are worth: recency, frequency and money, each in terciles, and the band of their sum."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference.company import Company
from tests.reference.entities import Order


@dataclass
class Value:
    """A customer with an order that was kept; terciles from 1 to 3, 3 is best."""

    last_ordered_at: datetime
    recent_order_count: int
    recent_spend: float
    spend_currency: str
    recency_tercile: int = 0
    frequency_tercile: int = 0
    monetary_tercile: int = 0
    value_score: int = 0
    customer_value_band: str = ""


def kept_orders(company: Company) -> dict[str, list[Order]]:
    lost = {row["status"] for row in company.seeds["lost_order_statuses"]}
    found: dict[str, list[Order]] = defaultdict(list)
    for order in company.orders:
        if order.customer_key and order.ordered_at <= company.as_of and (order.status or "").lower() not in lost:
            found[order.customer_key].append(order)
    return found


def tercile(mine: float, everybody: list[float]) -> int:
    return 1 + 3 * sum(other < mine for other in everybody) // len(everybody)


def customer_values(company: Company) -> dict[tuple[str], Value]:
    days = {row["window_name"]: int(row["days"]) for row in company.seeds["customer_windows"]}
    since = company.as_of - timedelta(days=days["value"])
    bands = sorted(((int(row["score_from"]), row["band"]) for row in company.seeds["value_bands"]), reverse=True)
    values: dict[str, Value] = {}
    for key, orders in kept_orders(company).items():
        counts = Counter(order.currency or "unknown" for order in orders)
        currency = min(counts, key=lambda it: (-counts[it], it))
        recent = [order for order in orders if order.ordered_at >= since]
        spend = sum(order.amount or 0 for order in recent if (order.currency or "unknown") == currency)
        values[key] = Value(max(order.ordered_at for order in orders), len(recent), spend, currency)
    recency = [it.last_ordered_at.timestamp() for it in values.values()]
    frequency: list[float] = [it.recent_order_count for it in values.values()]
    money: dict[str, list[float]] = defaultdict(list)
    for it in values.values():
        money[it.spend_currency].append(it.recent_spend)
    for it in values.values():
        it.recency_tercile = tercile(it.last_ordered_at.timestamp(), recency)
        it.frequency_tercile = tercile(it.recent_order_count, frequency)
        it.monetary_tercile = tercile(it.recent_spend, money[it.spend_currency])
        it.value_score = it.recency_tercile + it.frequency_tercile + it.monetary_tercile
        it.customer_value_band = next(band for least, band in bands if it.value_score >= least)
    return {(key,): it for key, it in values.items()}
