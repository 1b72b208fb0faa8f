"""Every address × every role × own and another commune: nobody sees what is not theirs.

A route that nobody has classified fails the first test, so that a new page cannot be forgotten.
The records behind the addresses belong to commune A; `own` is its collaborator, `other` that of
commune B.
"""

from dataclasses import dataclass, field

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from collaborators.tests.factories import AssignmentFactory
from facilities.tests.factories import EstablishmentFactory, ProductFactory
from khuyencong.core.enums import Role
from khuyencong.core.tests.factories import PlaceFactory, UserFactory
from khuyencong.exports.actions import request_export
from khuyencong.files.actions import attach_file
from reports.tests.factories import accepted_report, filled_report, past_period, submitted_report

CAST = (
    "anonymous",
    "own",
    "other",
    "officer",
    "leader",
    "accountant",
    "viewer",
    "administrator",
)
# What an answer may be, in the table's own words.
LOG_IN, OPEN, REFUSED, HIDDEN = "log in", "open", "refused", "hidden"
EVERYBODY = dict.fromkeys(CAST, OPEN)


def table(default: str, **exceptions: str) -> dict[str, str]:
    """What each of the cast gets: the default for whoever is logged in, but for the exceptions."""
    return {"anonymous": LOG_IN, **dict.fromkeys(CAST[1:], default), **exceptions}


ALL = table(OPEN)
ONLY_CENTRE = table(REFUSED, officer=OPEN, leader=OPEN, administrator=OPEN)


@dataclass(frozen=True)
class Route:
    """How to ask for a route and what each of the cast gets; a POST-only one is asked by POST."""

    expected: dict[str, str]
    args: tuple[str, ...] = ()
    method: str = "get"
    data: dict = field(default_factory=dict)


READ_REGISTRY = table(OPEN, other=HIDDEN)
WRITE_REGISTRY = table(
    REFUSED, own=OPEN, other=HIDDEN, officer=OPEN, administrator=OPEN
)
ROUTES: dict[str, Route] = {}


@pytest.fixture
def world(db, django_capture_on_commit_callbacks):
    """Two communes with their collaborators, the Centre, and records of commune A."""
    place = PlaceFactory(name="Xã Long Sơn")
    own = AssignmentFactory(place=place)
    other = AssignmentFactory()
    officer = UserFactory(roles=[Role.OFFICER])
    cast = {
        "anonymous": None,
        "own": own.collaborator.user,
        "other": other.collaborator.user,
        "officer": officer,
        "leader": UserFactory(roles=[Role.LEADER]),
        "accountant": UserFactory(roles=[Role.ACCOUNTANT]),
        "viewer": UserFactory(roles=[Role.VIEWER]),
        "administrator": UserFactory(roles=[Role.ADMINISTRATOR]),
    }
    establishment = EstablishmentFactory(place=place)
    product = ProductFactory(establishment=establishment)
    paper = attach_file(
        actor=officer,
        record=establishment,
        upload=SimpleUploadedFile("giay.pdf", b"%PDF-1.4\n%%EOF\n"),
    )
    accepted = accepted_report(place=place, period=past_period(2))
    submitted = submitted_report(place=place, period=past_period(1))
    draft = filled_report(place=place)
    with django_capture_on_commit_callbacks(execute=False):
        export = request_export(
            actor=officer, kind="facilities.establishments", params={}, format="csv"
        )
    records = {
        "place": place.pk,
        "assignment": own.pk,
        "collaborator": own.collaborator_id,
        "establishment": establishment.pk,
        "product": product.pk,
        "paper": paper.pk,
        "paper_owner": "facilities.establishment",
        "export": export.pk,
        "accepted": accepted.pk,
        "submitted": submitted.pk,
        "draft": draft.pk,
        "period": draft.period_id,
        "one": 1,
        "year": 2022,
    }
    return cast, records


def named_routes(resolver=None, namespace="") -> set[str]:
    """The names of all addresses but those of the administrators' site (tested in admin_site)."""
    names = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            names.add(f"{namespace}{entry.name}")
        elif entry.namespace != "admin":
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            names |= named_routes(entry, inner)
    return names


def answer_of(client: Client, route: Route, url: str) -> str:
    """The answer in the table's words. A refused form, a redirect onward and 200 all mean `open`."""
    response = getattr(client, route.method)(url, route.data)
    if response.status_code == 302 and response["Location"].startswith("/dang-nhap/"):
        return LOG_IN
    if response.status_code in (200, 204, 302, 400, 409):
        return OPEN
    return {401: LOG_IN, 403: REFUSED, 404: HIDDEN}[response.status_code]


def test_every_route_is_classified():
    assert named_routes() == set(ROUTES)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_each_role_gets_what_the_table_says(world, name):
    cast, records = world
    route = ROUTES[name]
    url = reverse(name, args=[records[key] for key in route.args])
    got = {}
    for person, user in cast.items():
        client = Client(raise_request_exception=True)
        if user is not None:
            client.force_login(user, backend="khuyencong.core.auth.PortalBackend")
        got[person] = answer_of(client, route, url)
    assert got == route.expected
