"""Form fields for a place: a list to choose from where it is short, else a search field.

The search field is a plain text field: a name or a code is typed and sent, and the server says which
place it means or asks back. With scripts it suggests as one types (`static/js/place-search.js`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from khuyencong.core.models import Place
from khuyencong.core.place_search import Answer, label_of, resolve, too_many_to_list
from khuyencong.core.text import clean

NOT_FOUND = "Không có địa bàn nào khớp “{}”. Anh/chị gõ tên hoặc mã của xã, phường."
CODE_DIGITS = 5
HINT = "Gõ tên hoặc mã, không cần dấu."


class PlaceSearchInput(forms.TextInput):
    """A text field that suggests places; `every` also those of older maps."""

    def __init__(self, *, every: bool = False, attrs=None):
        url = reverse("core:place_suggest") + ("?tat_ca=1" if every else "")
        super().__init__(
            {
                "data-place-search": url,
                "autocomplete": "off",
                "placeholder": HINT,
                "maxlength": "200",
                **(attrs or {}),
            }
        )

    def format_value(self, value):
        """The label of a place given by its key; what was typed as it was typed."""
        text = str(value or "")
        if is_key(text):
            place = Place.objects.select_related("parent").filter(pk=int(text)).first()
            return label_of(place) if place else ""
        return text

    def render(self, name, value, attrs=None, renderer=None):
        html = super().render(name, value, attrs, renderer)
        return format_html('<div class="kc-place-search">{}</div>', html)


class PlaceSearchField(forms.Field):
    """The place of `queryset` that a typed text means."""

    def __init__(self, queryset: QuerySet[Place], **kwargs):
        self.queryset = queryset
        kwargs.setdefault("widget", PlaceSearchInput())
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return value.pk if isinstance(value, Place) else value

    def to_python(self, value) -> Place | None:
        if isinstance(value, Place) or value in self.empty_values:
            return value or None
        answer = resolve(self.queryset, value)
        if answer.place is not None:
            return answer.place
        if not answer.candidates:
            raise ValidationError(NOT_FOUND.format(clean(value)))
        several = "; ".join(label_of(place) for place in answer.candidates[:5])
        raise ValidationError(
            f"Nhiều địa bàn khớp “{clean(value)}”: {several}. Anh/chị ghi đủ tên, tỉnh hoặc mã."
        )


def search_if_long(form: forms.Form, name: str, queryset: QuerySet[Place]) -> None:
    """Offer places in the field `name` of a form: as the list it has, or as a search field."""
    given = form.fields[name]
    if not too_many_to_list(queryset):
        given.queryset = queryset
        return
    form.fields[name] = PlaceSearchField(
        queryset,
        label=given.label,
        required=given.required,
        help_text=given.help_text,
        initial=given.initial,
    )


@dataclass(frozen=True)
class AskedPlace:
    """What a list's address asks as a place: `url` to go to instead, once it is understood; else what
    was typed and the places it may mean, each with its address."""

    url: str = ""
    text: str = ""
    candidates: list[tuple[str, str]] = field(default_factory=list)


def asked_place(request, name: str, places: Callable[[], QuerySet[Place]]) -> AskedPlace:
    """Read the place of a GET form: the key of a place stays, a typed text becomes one of `places`."""
    text = clean(request.GET.get(name, ""))
    if not text or is_key(text):
        return AskedPlace()

    def address(place: Place) -> str:
        kept = request.GET.copy()
        kept[name] = place.pk
        return f"{request.path}?{urlencode([(k, v) for k, v in kept.items() if v])}"

    answer: Answer = resolve(places(), text)
    if answer.place is not None:
        return AskedPlace(url=address(answer.place))
    return AskedPlace(
        text=text, candidates=[(label_of(place), address(place)) for place in answer.candidates]
    )


def is_key(text: str) -> bool:
    """Whether a text is the key of a place rather than its official code: links carry keys, people
    type codes (five digits, often with zeros in front)."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9) or text.startswith("0"):
        return False
    return len(text) != CODE_DIGITS or Place.objects.filter(pk=int(text)).exists()
