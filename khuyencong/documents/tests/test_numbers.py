"""Numbers without gap or double, documents that never change, and the page that proves it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pgtrigger
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.urls import reverse

from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, NotAllowed
from khuyencong.core.tests.factories import UserFactory
from khuyencong.documents import actions
from khuyencong.documents.actions import issue_document, move_series_forward
from khuyencong.documents.models import IssuedDocument, NumberSeries
from khuyencong.documents.paper import Letterhead, Paper

DAY = date(2026, 3, 20)


def paper(symbol="BC-TTKC") -> Paper:
    return Paper(Letterhead(issuer="Trung tâm", symbol=symbol, abstract="Kết quả quý I/2026"))


def issue(actor=None, symbol="BC-TTKC", day=DAY) -> IssuedDocument:
    return issue_document(
        actor=actor or UserFactory(), kind="test", paper=paper(symbol), signed_on=day
    )


@pytest.mark.django_db
def test_each_symbol_and_year_counts_from_one():
    leader = UserFactory()
    given = [
        issue(leader),
        issue(leader),
        issue(leader, "QD-TTKC"),
        issue(leader, day=date(2027, 1, 4)),
    ]
    assert [(d.symbol, d.year, d.number) for d in given] == [
        ("BC-TTKC", 2026, 1),
        ("BC-TTKC", 2026, 2),
        ("QD-TTKC", 2026, 1),
        ("BC-TTKC", 2027, 1),
    ]
    assert given[1].paper.letterhead.number_line == "Số: 02/BC-TTKC"
    assert given[1].paper.letterhead.signed_on == DAY


@pytest.mark.django_db
def test_who_fails_after_taking_a_number_gives_it_back():
    leader = UserFactory()
    with pytest.raises(RuntimeError), transaction.atomic():
        issue(leader)
        raise RuntimeError
    assert issue(leader).number == 1


def _issue_at_once(count: int) -> list:
    leader, barrier = UserFactory(), Barrier(count)

    def one(_):
        barrier.wait()
        try:
            return issue(leader).number
        except DatabaseError:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_each_number_once():
    assert sorted(_issue_at_once(8)) == list(range(1, 9))


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would_collide(monkeypatch):
    """The control: with the lock gone, the race is seen (and the database refuses the doubles)."""

    def unlocked(symbol, year):
        series, _ = NumberSeries.objects.get_or_create(symbol=symbol, year=year)
        return series

    issue()
    monkeypatch.setattr(actions, "_locked_series", unlocked)
    assert None in _issue_at_once(8)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_issueddocument SET abstract = 'khác'",
        "DELETE FROM documents_issueddocument",
        "UPDATE documents_numberseries SET last_number = 0",
        "UPDATE documents_numberseries SET year = 2030",
        "DELETE FROM documents_numberseries",
        "INSERT INTO documents_issueddocument (kind, symbol, year, number, signed_on, signed_at, signed_by_id,"
        " abstract, content, content_hash) SELECT kind, symbol, year, 9, signed_on, signed_at, signed_by_id,"
        " abstract, content, content_hash FROM documents_issueddocument",
    ],
)
def test_raw_sql_changes_nothing_that_was_issued(statement):
    issue()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_administrator_moves_a_series_forward_and_never_back():
    administrator = UserFactory(roles=[Role.ADMINISTRATOR])
    kwargs = {"symbol": "BC-TTKC", "year": 2026}
    move_series_forward(actor=administrator, last_number=45, **kwargs)
    assert issue().number == 46
    with pytest.raises(InvalidInput):
        move_series_forward(actor=administrator, last_number=40, **kwargs)
    with pytest.raises(NotAllowed):
        move_series_forward(actor=UserFactory(), last_number=50, **kwargs)


@pytest.mark.django_db
def test_verification_finds_by_number_and_by_hash(client):
    document = issue()
    client.force_login(UserFactory(), backend="khuyencong.core.auth.PortalBackend")
    for asked in ("1/BC-TTKC", "Số: 01/bc-ttkc", document.seal, document.content_hash):
        page = client.get(reverse("documents:verify"), {"tim": asked}).content.decode()
        assert "Nội dung còn nguyên" in page, asked
        assert document.content_hash in page
    for asked in ("2/BC-TTKC", "0" * 16, "x", document.content_hash[:5]):
        page = client.get(reverse("documents:verify"), {"tim": asked}).content.decode()
        assert "Không tìm thấy văn bản nào" in page, asked


@pytest.mark.django_db
def test_verification_sees_a_content_that_was_changed_behind_the_trigger(client):
    document = issue()
    with pgtrigger.ignore("documents.IssuedDocument:issued_document_immutable"):
        IssuedDocument.objects.update(content=document.content | {"addressees": ["khác"]})
    client.force_login(UserFactory(), backend="khuyencong.core.auth.PortalBackend")
    page = client.get(reverse("documents:verify"), {"tim": document.seal}).content.decode()
    assert "Nội dung không khớp" in page
