"""Demo accounts, named after their function. One documented password for all of them."""

from django.contrib.auth.hashers import make_password

from khuyencong.core.enums import Role
from khuyencong.core.models import Place, User
from khuyencong.core.text import fold

DEMO_PASSWORD = "khuyen-cong-demo"
STAFF = (
    # username, display name, role
    ("chuyenvien1", "Chuyên viên Trung tâm 1", Role.OFFICER),
    ("chuyenvien2", "Chuyên viên Trung tâm 2", Role.OFFICER),
    ("lanhdao", "Lãnh đạo Trung tâm", Role.LEADER),
    ("ketoan", "Kế toán Trung tâm", Role.ACCOUNTANT),
    ("sct.xem", "Người xem của Sở Công Thương", Role.VIEWER),
    ("quantri", "Quản trị hệ thống", Role.ADMINISTRATOR),
)
# The account that stands for its role in `manage.py demo_accounts`.
SHOWN_COLLABORATOR = "ctv.long-son"
SHOWN = {
    Role.COLLABORATOR: SHOWN_COLLABORATOR,
    Role.OFFICER: "chuyenvien1",
    Role.LEADER: "lanhdao",
    Role.ACCOUNTANT: "ketoan",
    Role.VIEWER: "sct.xem",
    Role.ADMINISTRATOR: "quantri",
}


def collaborator_title(place: Place) -> str:
    """ "CTV xã Long Sơn", "CTV phường Vũng Tàu"."""
    return f"CTV {place.name[:1].lower()}{place.name[1:]}"


def collaborator_username(place: Place) -> str:
    """`ctv.long-son`: the name without its kind, without marks."""
    name = place.name.removeprefix(place.get_kind_display().capitalize())
    return "ctv." + fold(name).replace(" ", "-")


def create_accounts(places: list[Place]) -> dict[str, User]:
    """Create what is missing of the staff's accounts and one account per place; {username: user}.

    All carry one hash of the one demo password: hashing it 31 times would take ten seconds.
    """
    wanted = {username: (name, role) for username, name, role in STAFF}
    wanted |= {
        collaborator_username(place): (collaborator_title(place), Role.COLLABORATOR)
        for place in places
    }
    known = set(User.objects.filter(username__in=wanted).values_list("username", flat=True))
    missing = {name: rest for name, rest in wanted.items() if name not in known}
    if missing:
        password = make_password(DEMO_PASSWORD)
        User.objects.bulk_create(
            User(username=username, display_name=name, roles=[role], password=password)
            for username, (name, role) in missing.items()
        )
    return {user.username: user for user in User.objects.filter(username__in=wanted)}


def shown_accounts() -> dict[str, list[str]]:
    """{role: [username, password]}, one per role, of the demo accounts that exist."""
    known = set(
        User.objects.filter(username__in=SHOWN.values(), is_active=True).values_list(
            "username", flat=True
        )
    )
    return {
        str(role): [username, DEMO_PASSWORD]
        for role, username in SHOWN.items()
        if username in known
    }
