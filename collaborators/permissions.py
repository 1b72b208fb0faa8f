"""Who may see and who may change the network."""

from khuyencong.core.enums import CENTRE_ROLES, Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.permissions import as_bool, check_has_role


def check_can_see_network(user) -> None:
    """The whole network is open to the Centre and to viewers; a collaborator sees only himself."""
    check_has_role(user, *CENTRE_ROLES, Role.VIEWER)


def check_can_see_contacts(user) -> None:
    """Telephone numbers of collaborators are for the Centre, which calls them."""
    check_has_role(user, *CENTRE_ROLES)


def check_can_manage_network(user) -> None:
    """Appointing and assigning is recorded by the administrator, from a signed decision."""
    if user.is_active and user.is_authenticated and user.has_role(Role.ADMINISTRATOR):
        return
    raise NotAllowed(
        "Chỉ quản trị hệ thống ghi quyết định và phân công địa bàn. "
        "Anh/chị gửi quyết định cho quản trị hệ thống để ghi."
    )


can_see_network = as_bool(check_can_see_network)
can_see_contacts = as_bool(check_can_see_contacts)
can_manage_network = as_bool(check_can_manage_network)
