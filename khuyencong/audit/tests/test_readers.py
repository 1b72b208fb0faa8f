"""History read back in Vietnamese."""

import pghistory
import pytest

from facilities.models import Product
from facilities.tests.factories import (
    EstablishmentFactory,
    NetworkGroupFactory,
    ProductFactory,
)
from khuyencong.audit.readers import EMPTY, field_history, history_of
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_history_says_who_changed_which_field_from_what_to_what():
    establishment = EstablishmentFactory(name="Bánh tráng An Ngãi")
    group = NetworkGroupFactory(label="Chế biến nông, lâm, thủy sản")
    with pghistory.context(username="ctv-an-ngai", name="CTV xã Long Điền"):
        establishment.network_group = group
        establishment.revenue_vnd = 1_250_500_000
        establishment.founded_year = 1998
        establishment.status = "paused"
        establishment.save()
    update, insert = field_history(establishment)
    assert (insert.label, insert.changes) == ("Thêm", [])
    assert update.who == "CTV xã Long Điền (ctv-an-ngai)"
    assert {(c.label, c.before, c.after) for c in update.changes} == {
        ("Nhóm ngành", EMPTY, "Chế biến nông, lâm, thủy sản"),
        ("Doanh thu năm gần nhất (đồng)", EMPTY, "1.250.500.000 đồng"),
        ("Năm thành lập", EMPTY, "1998"),
        ("Tình trạng", "Đang hoạt động", "Tạm ngừng"),
    }


def test_history_leaves_out_what_the_reader_may_not_see():
    establishment = EstablishmentFactory()
    establishment.phone = "0912345678"
    establishment.save()
    assert len(field_history(establishment)) == 2
    assert len(field_history(establishment, hidden=["phone"])) == 1


def test_history_reads_lists_of_codes():
    user = UserFactory(roles=[Role.OFFICER])
    user.roles = [Role.OFFICER, Role.LEADER]
    user.save()
    (change,) = field_history(user)[0].changes
    assert (change.before, change.after) == (
        "Chuyên viên Trung tâm",
        "Chuyên viên Trung tâm, Lãnh đạo Trung tâm",
    )


def test_history_of_a_removed_record_is_still_there():
    product = ProductFactory(name="Chả cá")
    establishment = product.establishment
    product.delete()
    entries = history_of(Product, establishment_id=establishment.pk)
    assert [entry.label for entry in entries] == ["Xóa", "Thêm"]


def test_history_is_cut_at_the_limit_without_half_known_changes():
    establishment = EstablishmentFactory()
    for number in range(5):
        establishment.note = f"Lần {number}"
        establishment.save()
    entries = field_history(establishment, limit=3)
    assert [entry.changes[0].after for entry in entries] == ["Lần 4", "Lần 3", "Lần 2"]
    assert entries[-1].changes[0].before == "Lần 1"


def test_history_costs_the_same_for_few_and_many_changes(django_assert_num_queries):
    establishment = EstablishmentFactory(network_group=NetworkGroupFactory())
    for _ in range(4):
        establishment.network_group = NetworkGroupFactory()
        establishment.save()
    with django_assert_num_queries(3):
        field_history(establishment)
