"""More time for one place: the form, and taking it back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from khuyencong.core.exceptions import Conflict, InvalidInput, WrongStatus
from khuyencong.core.models import Place
from reports import permissions_review as permissions
from reports.actions.extensions import grant_extension, withdraw_extension
from reports.forms_review import ExtensionForm
from reports.models import PeriodExtension, Report, ReportPeriod
from reports.queries.extensions import extension_of


@require_http_methods(["GET", "POST"])
def extend(request, period: int, place: int):
    """Grant a place more time for a period, or change what was granted."""
    permissions.check_can_extend(request.user, place)
    period = get_object_or_404(ReportPeriod, pk=period)
    place = get_object_or_404(Place, pk=place)
    extension = extension_of(place.pk, period.pk)
    initial = {"replaces": extension.pk if extension else None}
    if extension is not None:
        initial |= {
            "due_on": extension.due_on,
            "locks_on": extension.locks_on,
            "reason": extension.reason,
        }
    form = ExtensionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            granted = grant_extension(
                actor=request.user, place_id=place.pk, period_id=period.pk, **form.cleaned_data
            )
        except InvalidInput as refusal:
            for name, sentences in refusal.errors.items():
                form.add_error(name, sentences)
        except (Conflict, WrongStatus) as refusal:
            messages.warning(request, str(refusal))
            return redirect(_board(period.pk))
        else:
            messages.success(
                request,
                f"Đã gia hạn báo cáo {period.quarter} của {place} đến {granted.due_on:%d/%m/%Y}.",
            )
            return redirect(_board(period.pk))
    return render(
        request,
        "reports/extension_form.html",
        {
            "period": period,
            "place": place,
            "form": form,
            "extension": extension,
            "report": Report.objects.filter(place=place, period=period).first(),
            "board_url": _board(period.pk),
        },
        status=422 if form.errors else 200,
    )


@require_POST
def withdraw(request, pk: int):
    """Take an extension back."""
    permissions.check_can_review(request.user)
    try:
        extension = withdraw_extension(actor=request.user, extension_id=pk)
    except PeriodExtension.DoesNotExist as error:
        raise Http404 from error
    except WrongStatus as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:completeness")
    messages.success(request, f"Đã bỏ gia hạn của {extension.place}.")
    return redirect(_board(extension.period_id))


def _board(period_id: int) -> str:
    return f"{reverse('reports:completeness')}?ky={period_id}"
