"""The portal's components as tags; built into every template (docs/frontend.md shows them)."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import Truncator

from khuyencong.core.icons import ICONS, SPRITE

register = template.Library()

# Status code → (tone, icon). One map for all apps, so that one word always looks the same.
STATUS_STYLES = {
    # Reports
    "missing": ("neutral", "circle-dashed"),
    "draft": ("neutral", "pencil"),
    "submitted": ("info", "send"),
    "returned": ("warning", "arrow-back-up"),
    "accepted": ("success", "circle-check"),
    "in_edition": ("success", "file-text"),
    "reopened": ("warning", "lock-open"),
    "late": ("danger", "clock-exclamation"),
    "locked": ("neutral", "lock"),
    "open": ("info", "lock-open"),
    "upcoming": ("neutral", "calendar"),
    # Editions
    "presented": ("info", "send"),
    "signed": ("success", "certificate"),
    "replaced": ("neutral", "history"),
    "cancelled": ("neutral", "x"),
    # Matters
    "gathered": ("neutral", "list"),
    "answered": ("success", "message-2"),
    "joined": ("neutral", "git-merge"),
    # Establishments and places
    "active": ("success", "circle-check"),
    "paused": ("warning", "player-pause"),
    "stopped": ("neutral", "player-stop"),
    "moved": ("neutral", "arrow-right"),
    "merged": ("neutral", "copy"),
    "former": ("neutral", "history"),
    # Long work
    "queued": ("neutral", "hourglass"),
    "running": ("info", "progress"),
    "done": ("success", "circle-check"),
    "failed": ("danger", "circle-x"),
    "expired": ("neutral", "clock"),
    # Reopenings
    "asked": ("warning", "hourglass"),
    "withdrawn": ("neutral", "arrow-back-up"),
    # Mail
    "waiting": ("neutral", "hourglass"),
    "sending": ("info", "progress"),
    "sent": ("success", "circle-check"),
    "unclear": ("warning", "alert-triangle"),
    # Imports and their rows
    "uploaded": ("neutral", "pencil"),
    "checking": ("info", "progress"),
    "checked": ("warning", "eye"),
    "applying": ("info", "progress"),
    "applied": ("success", "circle-check"),
    "undoing": ("info", "progress"),
    "undone": ("neutral", "arrow-back-up"),
    "new": ("success", "circle-plus"),
    "changed": ("info", "pencil"),
    "unchanged": ("neutral", "check"),
    "doubtful": ("warning", "alert-triangle"),
    "wrong": ("danger", "alert-circle"),
    # Surveys
    "closed": ("success", "check"),
    "todo": ("neutral", "circle-dashed"),
    "doing": ("info", "pencil"),
    "unreachable": ("warning", "user"),
    "approved": ("success", "circle-check"),
    "removed": ("neutral", "x"),
    "proposed": ("info", "hourglass"),
    "refused": ("neutral", "x"),
    "superseded": ("neutral", "history"),
    # Where data come from
    "illustration": ("warning", "info-circle"),
    "published": ("info", "link"),
    # Checks
    "ok": ("success", "check"),
    "warning": ("warning", "alert-triangle"),
    "error": ("danger", "alert-circle"),
    "info": ("info", "info-circle"),
}
TONE_ICONS = {
    "info": "info-circle",
    "success": "circle-check",
    "warning": "alert-triangle",
    "danger": "alert-circle",
    "neutral": "info-circle",
}


@register.simple_tag
def icon(name: str, label: str = "", css: str = ""):
    """An icon of the sprite. Decoration unless `label` says what it means to those who do not see it."""
    return _icon(name, str(label), str(css))


# The same few icons stand on every row of every list, so each is put together once.
@lru_cache(maxsize=2048)
def _icon(name: str, label: str, css: str):
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in khuyencong/core/icons.py")
    hidden = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon {}" {} width="24" height="24" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        hidden,
        static(SPRITE),
        name,
    )


@register.simple_tag
def status(code: str, label: str):
    """A status as word + icon + colour; an unknown code is neutral, so that a new one still shows."""
    return _status(str(code), str(label))


@lru_cache(maxsize=2048)
def _status(code: str, label: str):
    tone, symbol = STATUS_STYLES.get(code, ("neutral", "circle-dot"))
    return render_to_string(
        "components/status.html", {"tone": tone, "icon": symbol, "label": label}
    )


@register.inclusion_tag("components/due.html")
def due(due_on, done: bool = False):
    """A due date with the days left or late; `done` leaves out the urging."""
    left = None if due_on is None else (due_on - timezone.localdate()).days
    tone = "neutral"
    if left is not None and not done:
        tone = "danger" if left < 0 else "warning" if left <= 7 else "neutral"
    return {
        "due_on": due_on,
        "done": done,
        "tone": tone,
        "left": left,
        "late": -left if left is not None and left < 0 else 0,
    }


@register.inclusion_tag("components/alert.html")
def alert(tone: str, text: str, title: str = ""):
    """A notice inside a page: tone is info, success, warning or danger."""
    return {"tone": tone, "icon": TONE_ICONS.get(tone, "info-circle"), "text": text, "title": title}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*pairs):
    """`{% breadcrumbs "Sổ cơ sở" list_url "Cơ sở A" %}`: label, address, …, label of this page."""
    steps = [
        {"label": Truncator(pairs[i]).chars(60), "url": pairs[i + 1] if i + 1 < len(pairs) else ""}
        for i in range(0, len(pairs), 2)
    ]
    return {"steps": steps}


@register.simple_block_tag
def table_region(content, label: str, css: str = ""):
    """A wide table that scrolls within itself, also by keyboard; `label` names it."""
    return format_html(
        '<div class="kc-scroll {}" tabindex="0" role="region" aria-label="{}">{}</div>',
        css,
        label,
        content,
    )


@register.filter
def tone_icon(tone: str) -> str:
    """The icon of a tone, or of a Django message level."""
    return TONE_ICONS.get({"error": "danger", "debug": "neutral"}.get(tone, tone), "info-circle")


@register.filter
def tone(level_tag: str) -> str:
    """The tone of a Django message level."""
    return {"error": "danger", "debug": "neutral"}.get(level_tag, level_tag or "info")
