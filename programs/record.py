"""The support that an establishment received, for the page of its record."""

from django.urls import reverse

from facilities.models import Establishment
from facilities.record.elsewhere import Entry, Told
from khuyencong.core.numbers import format_vnd
from programs.models import SupportResult
from programs.permissions import can_see_results


def support_received(user, establishment: Establishment) -> Told | None:
    """What was given, the latest year first, and the sum of the amounts that are known (đồng)."""
    if not can_see_results(user):
        return None
    results = list(
        SupportResult.objects.filter(establishment=establishment)
        .select_related("activity_kind")
        .order_by("-year", "id")
    )
    known = [result.support_vnd for result in results if result.support_vnd is not None]
    return Told(
        anchor="ho-tro",
        heading="Hỗ trợ đã nhận",
        entries=[_entry(result) for result in results],
        empty="Chưa ghi hỗ trợ nào cho cơ sở này.",
        summary=f"Kinh phí hỗ trợ đã biết: {format_vnd(sum(known))}." if known else "",
    )


def _entry(result: SupportResult) -> Entry:
    details = [result.activity_kind.label, result.get_fund_display()]
    if result.support_vnd is not None:
        details.append(f"hỗ trợ {format_vnd(result.support_vnd)}")
    if result.total_vnd is not None:
        details.append(f"tổng kinh phí {format_vnd(result.total_vnd)}")
    if result.decision:
        details.append(result.decision)
    return Entry(
        title=f"Năm {result.year}: {result.title}",
        url=reverse("programs:results", args=[result.year]),
        details=tuple(details),
        is_illustration=result.is_illustration,
    )
