"""Landing page, help, places."""

from django.shortcuts import render


def todo(request):
    """Việc cần làm: what this person owes, with age and due date."""
    return render(request, "core/todo.html")
