import pytest
from django.urls import reverse

from collaborators.tests.factories import AssignmentFactory
from facilities.models import Award, Product
from facilities.tests.factories import EstablishmentFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import UserFactory
from programs.catalogue import load_activity_kinds
from programs.models import ActivityKind
from programs.queries import results_of, years_with_results
from programs.tests.factories import (
    ActivityKindFactory,
    SupportResultFactory,
    TrainingClassFactory,
)

pytestmark = pytest.mark.django_db


def award(level="province", year=2024, **fields):
    establishment = EstablishmentFactory(**fields)
    product = Product.objects.create(establishment=establishment, name=f"Sản phẩm {level}")
    return Award.objects.create(product=product, level=level, year=year)


@pytest.fixture
def reader():
    return UserFactory(roles=[Role.VIEWER])


def test_results_are_counted_from_rows(reader):
    award("province"), award("province"), award("nation"), award("province", year=2023)
    kind = ActivityKindFactory()
    first = SupportResultFactory(activity_kind=kind, support_vnd=102_250_000)
    SupportResultFactory(activity_kind=kind, establishment=first.establishment)
    SupportResultFactory(activity_kind=kind, year=2023, support_vnd=1)
    (
        TrainingClassFactory(title="A"),
        TrainingClassFactory(title="A"),
        TrainingClassFactory(title="B"),
    )
    TrainingClassFactory(title="A", audience="collaborators")
    AssignmentFactory(valid_from="2024-01-01", valid_to="2024-12-30")
    AssignmentFactory(valid_from="2024-12-31")

    results = results_of(reader, 2024)

    assert {group.level: len(group.awards) for group in results.awards} == {
        "province": 2,
        "nation": 1,
    }
    [group] = results.support
    assert (group.establishments, len(group.results)) == (1, 2)
    assert (group.support_vnd, group.without_amount) == (102_250_000, 1)
    assert [(g.title, len(g.classes)) for g in results.classes_for_establishments] == [
        ("A", 2),
        ("B", 1),
    ]
    assert results.class_count_for_collaborators == 1
    assert results.collaborators == 1
    assert years_with_results(reader) == [2024, 2023]


def test_amounts_that_were_not_published_are_not_shown_as_zero(reader):
    SupportResultFactory()
    [group] = results_of(reader, 2024).support
    assert group.support_vnd is None


@pytest.mark.parametrize("role", Role)
def test_every_role_reads_the_results(client, role):
    award()
    client.force_login(UserFactory(roles=[role]))
    assert client.get(reverse("programs:results"), follow=True).status_code == 200
    page = client.get(reverse("programs:results", args=[2024]))
    assert "Sản phẩm province" in page.content.decode()


def test_an_account_without_a_role_reads_nothing(client):
    award()
    user = UserFactory(roles=[])
    client.force_login(user)
    assert client.get(reverse("programs:results", args=[2024])).status_code == 403
    assert years_with_results(user) == []


def test_a_year_without_results_is_not_found(client, reader):
    client.force_login(reader)
    award(year=2024)
    assert client.get(reverse("programs:results", args=[1999])).status_code == 404


def test_without_any_result_the_page_says_so(client, reader):
    client.force_login(reader)
    page = client.get(reverse("programs:results"))
    assert "Chưa có kết quả nào" in page.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_a_fixed_number_of_queries(client, reader, django_assert_num_queries, count):
    for _ in range(count):
        award(), SupportResultFactory(), TrainingClassFactory()
    client.force_login(reader)
    url = reverse("programs:results", args=[2024])
    client.get(url)
    with django_assert_num_queries(7):
        client.get(url)


def test_activity_kinds_are_loaded_once_and_changes_are_kept():
    load_activity_kinds()
    count = ActivityKind.objects.count()
    ActivityKind.objects.filter(code="may_moc").update(label="Nhãn đã sửa", is_verified=True)
    load_activity_kinds()
    assert ActivityKind.objects.count() == count
    assert ActivityKind.objects.get(code="may_moc").label == "Nhãn đã sửa"
    assert not ActivityKind.objects.get(code="mo_hinh").is_verified
