"""The page on which insiders verify a document, and the download of one in both formats."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from khuyencong.core.text import fold
from khuyencong.documents.docx import render_docx
from khuyencong.documents.paper import Paper
from khuyencong.documents.pdf import render_pdf
from khuyencong.documents.queries import documents_matching
from khuyencong.documents.registry import kind_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_GET
def verify(request):
    """Find a document by number or hash: is it ours, who signed it, is it as it was signed?"""
    asked = request.GET.get("tim", "").strip()[:100]
    lines = []
    for document in documents_matching(asked) if asked else ():
        kind = kind_of(document)
        lines.append(
            {
                "document": document,
                "label": kind.label if kind else "Văn bản",
                "url": kind.page_for(request.user, document) if kind else "",
                "is_intact": document.is_intact,
            }
        )
    return render(request, "documents/verify.html", {"asked": asked, "lines": lines})


def file_response(
    paper: Paper, extension: str, *, is_draft: bool = False, seal: str = ""
) -> HttpResponse:
    """A document as `docx` or `pdf` under a readable name; the caller has checked who may read it."""
    head = paper.letterhead
    number = f"{head.number:02} {head.symbol}" if head.number else "du thao"
    name = "-".join(fold(f"{number} {head.abstract}").split())[:90]
    if extension == "docx":
        response = HttpResponse(render_docx(paper, seal=seal), content_type=DOCX)
        disposition = "attachment"
    else:
        response = HttpResponse(
            render_pdf(paper, is_draft=is_draft, seal=seal), content_type="application/pdf"
        )
        disposition = "inline"
    response["Content-Disposition"] = f'{disposition}; filename="{name}.{extension}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
