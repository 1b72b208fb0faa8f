"""From rows of part IV to an answer that returns to everybody who raised it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from khuyencong.core.exceptions import Conflict, InvalidInput, NotAllowed, WrongStatus
from khuyencong.core.todo import todo_items
from khuyencong.notifications.models import Notice
from reports.difficulties import actions
from reports.difficulties.catalogue import load_authorities
from reports.difficulties.enums import MATTER_TRANSITIONS, MatterStatus
from reports.difficulties.models import Authority, Matter
from reports.difficulties.queries import loose_difficulties, suggestions
from reports.editions.tests.cast import make_world, signed
from reports.management.commands.draw_states import MATTER_MOVES

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    load_authorities()
    return make_world()


def gather(world, rows=None, title="Khó vay vốn") -> Matter:
    rows = loose_difficulties() if rows is None else rows
    return actions.gather_matter(
        actor=world.cast.officer,
        keys=[(row.report.pk, row.uid) for row in rows],
        title=title,
        kind="von",
        authority_id=Authority.objects.get(code="tinh").pk,
    )


def answer(world, matter):
    return actions.answer_matter(
        actor=world.cast.officer,
        matter_id=matter.pk,
        text="Đã có gói vay.",
        answered_on=timezone.localdate(),
        document_number="12/UBND",
    )


def test_alike_rows_are_suggested_together_and_taken_once(world):
    (group,) = suggestions(loose_difficulties())
    assert len(group.rows) == 2
    rows = group.rows
    gather(world, rows[:1])
    assert len(loose_difficulties()) == 1
    with pytest.raises(Conflict):
        gather(world, rows)
    with pytest.raises(InvalidInput):
        gather(world, [])


def test_only_officers_and_leaders_follow(world):
    matter = gather(world)
    for name in ("ctv", "viewer", "accountant", "administrator"):
        with pytest.raises(NotAllowed):
            actions.close_matter(actor=getattr(world.cast, name), matter_id=matter.pk)


def test_an_edition_speaks_of_the_matter_and_sends_it(world):
    matter = gather(world)
    edition = signed(world)
    text = edition.sections.get(code="kho_khan").text
    assert "- Vốn, tín dụng: Khó vay vốn (Xã An, Xã Bình). Kiến nghị UBND tỉnh" in text
    matter.refresh_from_db()
    assert (matter.status, matter.document) == (MatterStatus.SENT, edition.document)


def test_the_answer_returns_to_all_who_raised_it(world, client):
    matter = gather(world)
    answer(world, matter)
    told = set(
        Notice.objects.filter(matter=f"difficulty:{matter.pk}").values_list("person", flat=True)
    )
    authors = {world.authors[world.first.pk].pk, world.authors[world.second.pk].pk}
    assert told == authors
    client.force_login(world.authors[world.first.pk], backend="khuyencong.core.auth.PortalBackend")
    page = client.get(reverse("reports:version", args=[world.first.pk, 1])).content.decode()
    assert "Đã có gói vay." in page
    assert "12/UBND" in page
    actions.close_matter(actor=world.cast.officer, matter_id=matter.pk)
    with pytest.raises(WrongStatus, match="Kết thúc"):
        answer(world, matter)


def test_an_overdue_answer_is_asked_for(world):
    matter = gather(world)
    today = timezone.localdate()
    actions.send_matter(
        actor=world.cast.officer,
        matter_id=matter.pk,
        letter_number="15/TTKC",
        sent_on=today - timedelta(days=40),
        due_on=today - timedelta(days=1),
    )
    title = "Đôn đốc trả lời: Khó vay vốn"
    assert title in [item.title for item in todo_items(world.cast.officer)]
    answer(world, matter)
    assert title not in [item.title for item in todo_items(world.cast.officer)]


def test_matters_are_joined_and_split(world):
    rows = loose_difficulties()
    one, other = gather(world, rows[:1]), gather(world, rows[1:], "Thiếu vốn")
    actions.join_matters(actor=world.cast.officer, matter_id=other.pk, into_id=one.pk)
    other.refresh_from_db()
    assert (other.status, other.joined_to, one.rows.count()) == (MatterStatus.JOINED, one, 2)
    actions.split_row(actor=world.cast.officer, matter_id=one.pk, row_id=one.rows.last().pk)
    assert len(loose_difficulties()) == 1
    with pytest.raises(InvalidInput):
        actions.split_row(actor=world.cast.officer, matter_id=one.pk, row_id=one.rows.get().pk)


def test_a_corrected_report_keeps_its_place_in_the_matter(world, client):
    matter = gather(world)
    world.correct(world.second, {"lao_dong": 51})
    client.force_login(world.cast.officer, backend="khuyencong.core.auth.PortalBackend")
    page = client.get(matter.get_absolute_url()).content.decode()
    assert "không còn trong bản được duyệt" in page


def test_the_public_page_shows_what_was_published_without_names(world, client):
    matter = gather(world)
    answer(world, matter)
    url = reverse("difficulties:public")
    assert "Khó vay vốn" not in client.get(url).content.decode()
    particulars = {
        "title": matter.title,
        "kind": "von",
        "authority_id": matter.authority_id,
        "due_on": None,
        "is_public": True,
    }
    with pytest.raises(InvalidInput):
        actions.edit_matter(
            actor=world.cast.officer, matter_id=matter.pk, public_text=" ", **particulars
        )
    actions.edit_matter(
        actor=world.cast.officer, matter_id=matter.pk, public_text="Cơ sở khó vay.", **particulars
    )
    page = client.get(url, {"tim": "kho vay"}).content.decode()
    assert "Đã có gói vay." in page
    assert "Xã An" not in page
    assert "Khó vay vốn" not in client.get(url, {"tim": "nước thải"}).content.decode()


def test_an_answer_never_changes(world):
    answer(world, gather(world))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE difficulties_matteranswer SET text = 'khác'")


def test_the_pages_work_and_ask_as_often_for_many(world, client, django_assert_num_queries):
    client.force_login(world.cast.officer, backend="khuyencong.core.auth.PortalBackend")
    row = loose_difficulties()[0]
    data = {
        "y_kien": [row.key],
        "title": "Khó vay",
        "kind": "von",
        "authority": Authority.objects.get(code="tinh").pk,
    }
    response = client.post(reverse("difficulties:loose"), data, follow=True)
    assert "Đã ghi vào vấn đề" in response.content.decode()
    client.get(reverse("difficulties:list"))
    with django_assert_num_queries(6):
        client.get(reverse("difficulties:list"))
    gather(world)
    with django_assert_num_queries(6):
        client.get(reverse("difficulties:list"))


def test_the_transition_table_is_whole_and_described():
    assert set(MATTER_TRANSITIONS) == set(MatterStatus)
    assert set(MATTER_MOVES) == {
        (start, end) for start, ends in MATTER_TRANSITIONS.items() for end in ends
    }
