"""A report submitted as a first Django tutorial would: a form field and an object per cell."""

import json

from django import forms
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import include, path

from reports.models import DraftCell, Report, ReportEvent, ReportVersion, VersionCell


@transaction.atomic
def submit(request, pk: int):
    report = get_object_or_404(Report.objects.select_related("period__form_version"), pk=pk)
    indicators = list(report.period.form_version.indicators.all())
    form = type("Form", (forms.Form,), {i.code: forms.IntegerField() for i in indicators})(
        request.POST
    )
    if not form.is_valid():
        return HttpResponse(str(form.errors), status=422)
    version = ReportVersion.objects.create(
        report=report,
        number=1000 + report.versions.count(),
        form_version=report.period.form_version,
        submitted_by=request.user,
        author_ids=[request.user.pk],
        content_hash="0" * 64,
    )
    for indicator in indicators:
        VersionCell.objects.create(
            version=version,
            indicator=indicator,
            value=form.cleaned_data[indicator.code],
            state="value",
        )
    ReportEvent.objects.create(
        report=report,
        version=version,
        from_status="draft",
        to_status="submitted",
        actor=request.user,
    )
    report.latest_version = version
    report.save()
    return redirect("/")


@transaction.atomic
def save_cell(request, pk: int):
    """One cell saved as a first Django tutorial would: by objects, without revision or conflict."""
    report = get_object_or_404(Report.objects.select_related("period__form_version"), pk=pk)
    for cell in json.loads(request.body)["cells"]:
        indicator = get_object_or_404(report.period.form_version.indicators, code=cell["key"])
        DraftCell.objects.update_or_create(
            report=report,
            indicator=indicator,
            member="",
            defaults={"text": cell["text"], "value": int(cell["text"]), "updated_by": request.user},
        )
    report.draft_revision += 1
    report.save()
    return JsonResponse({"revision": report.draft_revision})


urlpatterns = [
    path("stock/<int:pk>/", submit),
    path("stock/<int:pk>/cell/", save_cell),
    path("", include("khuyencong.core.urls")),
    path("vuong-mac/", include("reports.difficulties.urls")),  # named in every page's footer
]
