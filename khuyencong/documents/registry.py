"""Kinds of documents: the app that issues one says what it is called and where its page is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class DocumentKind:
    """`page_for(user, document)` is the address of the record the document belongs to, empty where
    the user may not open it."""

    code: str
    label: str
    page_for: Callable


_kinds: dict[str, DocumentKind] = {}


def register(kind: DocumentKind) -> None:
    """Make a kind known; a second registration of a code is a mistake."""
    if kind.code in _kinds and _kinds[kind.code] != kind:
        raise ValueError(f"document kind {kind.code} is registered twice")
    _kinds[kind.code] = kind


def kind_of(document) -> DocumentKind | None:
    """The kind of a document; None where its app is not installed any more."""
    return _kinds.get(document.kind)
