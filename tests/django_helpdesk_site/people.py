"""What the people at the helpdesk do: the tickets of the site, made through django-helpdesk's own code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from helpdesk.models import FollowUp, Queue, Ticket
from helpdesk.update_ticket import update_ticket


def add_user(name: str) -> int:
    """Add a staff user, whose password is `secret`."""
    user = get_user_model().objects.create_user(name, f"{name}@desk.example.com", "secret", is_staff=True)
    return int(user.pk)


def add_queue(title: str) -> int:
    return int(Queue.objects.create(title=title, slug=title.lower()).pk)


def open_ticket(queue: int, title: str, submitter: str | None, text: str, at: str, by: int | None = None) -> int:
    """Open a ticket as the forms and the mailbox do: with a first follow-up that holds what was written."""
    ticket = Ticket.objects.create(queue_id=queue, title=title, description=text, submitter_email=submitter)
    ticket.followup_set.create(title="Ticket Opened", comment=text, public=True, user_id=by, date=_instant(at))
    return int(ticket.pk)


def reply_by_mail(ticket: int, text: str, at: str) -> int:
    """Write down a customer's answer, as the mailbox does."""
    return int(FollowUp.objects.create(ticket_id=ticket, comment=text, public=True, date=_instant(at)).pk)


def act(ticket: int, by: int, at: str, **changes: Any) -> int:
    """Do what a staff user does on a ticket's page: comment, public, new_status, owner, priority, queue."""
    user = get_user_model().objects.get(pk=by)
    followup = update_ticket(user, Ticket.objects.get(pk=ticket), title="", **changes)
    FollowUp.objects.filter(pk=followup.pk).update(date=_instant(at))
    return int(followup.pk)


def delete_ticket(ticket: int) -> None:
    Ticket.objects.get(pk=ticket).delete()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


ACTIONS: dict[str, Callable[..., Any]] = {
    action.__name__: action for action in (add_user, add_queue, open_ticket, reply_by_mail, act, delete_ticket)
}
