"""Nhật ký thay đổi: the last 30 days of any tracked model, with who did it."""

from datetime import timedelta

from django.contrib import admin
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from khuyencong.audit.journal import recent_changes, tracked_models
from khuyencong.core.text import clean

DAYS = 30
LINES = 50


def journal(request):
    """Choose a kind of record first: each kind has its own history table, read by key backwards."""
    models = {model._meta.label_lower: model for model in tracked_models()}
    chosen = request.GET.get("loai", "")
    if chosen and chosen not in models:
        raise Http404
    who = clean(request.GET.get("ai", "")).lower()
    before = request.GET.get("truoc", "")
    lines = []
    if chosen:
        lines = recent_changes(
            models[chosen],
            since=timezone.now() - timedelta(days=DAYS),
            who=who,
            before=int(before) if before.isdecimal() and len(before) < 18 else None,
            limit=LINES + 1,
        )
    more, lines = len(lines) > LINES, lines[:LINES]
    context = {
        **admin.site.each_context(request),
        "title": "Nhật ký thay đổi",
        "days": DAYS,
        "kinds": [(label, model._meta.verbose_name) for label, model in models.items()],
        "chosen": chosen,
        "chosen_name": models[chosen]._meta.verbose_name if chosen else "",
        "who": who,
        "lines": [(line, _history_url(models[chosen], line.object_id)) for line in lines],
        "last": lines[-1].key if more else None,
    }
    return TemplateResponse(request, "admin/journal.html", context)


def _history_url(model, object_id: int) -> str:
    try:
        return reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_history", args=[object_id]
        )
    except NoReverseMatch:
        return ""
