"""What the page of a record shows beside the facts, today and on a past day."""

from datetime import date, datetime

from django.shortcuts import redirect, render
from django.utils import timezone

from facilities import permissions
from facilities.enums import NeedState
from facilities.models import PERSONAL_TAX_CODE_DIGITS, Establishment
from facilities.record.eligibility import assess
from facilities.record.history import record_at
from khuyencong.audit.personal import log_page_access


def rows_of(establishment: Establishment) -> dict:
    """The rows of a record for its page; open needs first."""
    needs = list(establishment.supportneeds.select_related("kind"))
    needs.sort(key=lambda need: need.state != NeedState.OPEN)
    return {
        "certificates": list(establishment.certificates.select_related("product")),
        "machines": list(establishment.machines.all()),
        "year_figures": list(establishment.yearfigures.all()),
        "needs": needs,
        "erasure": establishment.data_requests.filter(redacted_rows__isnull=False).first(),
    }


def shows_personal_data(establishment: Establishment) -> bool:
    """Whether there is anything in the record that identifies a person."""
    return bool(
        establishment.representative
        or establishment.phone
        or establishment.email
        or len(establishment.tax_code) == PERSONAL_TAX_CODE_DIGITS
    )


def day_of(text: str) -> date | None:
    """A day written as 24/11/2026 or 2026-11-24."""
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None


def record_on_day(request, establishment: Establishment, text: str):
    """Hồ sơ tại ngày …: read-only, with the eligibility by the rule and the map of that day.

    Before the record entered the book there is nothing to show but what today's facts would mean
    under the rule of that day; of a day to come likewise.
    """
    day = day_of(text)
    if day is None or day.year < 1900:
        return redirect(establishment)
    today = timezone.localdate()
    found = record_at(establishment, day) if day <= today else None
    shown = found.establishment if found else establishment
    contacts = permissions.can_see_contacts(request.user)
    if not contacts:
        shown.hide_contacts()
    elif shows_personal_data(shown):
        log_page_access(request.user, establishment)
    return render(
        request,
        "facilities/record_at.html",
        {
            "establishment": shown,
            "name_now": establishment.name,
            "record": found,
            "day": day,
            "is_future": day > today,
            "contacts": contacts,
            "assessment": assess(shown, day),
        },
    )
