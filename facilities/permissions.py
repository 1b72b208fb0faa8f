"""Who may do what with the registry."""

from collaborators.queries import assigned_place_ids, own_place_ids
from facilities.enums import EstablishmentStatus
from facilities.models import Establishment
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.models import Place
from khuyencong.core.permissions import as_bool

# Those who may write in the whole province.
WRITERS = (Role.OFFICER, Role.ADMINISTRATOR)
# Those who read the whole registry as it is.
FULL_READERS = (Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR, Role.ACCOUNTANT)

READ_ONLY = (
    "Tài khoản của anh/chị chỉ xem sổ cơ sở. Cộng tác viên của địa bàn hoặc chuyên viên Trung tâm "
    "mới được thêm, sửa."
)


def check_can_write(user) -> None:
    """Anybody who may add or change establishments somewhere."""
    if not user.is_active or not user.has_role(*WRITERS, Role.COLLABORATOR):
        raise NotAllowed(READ_ONLY)
    if not user.has_role(*WRITERS) and not assigned_place_ids(user):
        raise NotAllowed(
            "Hôm nay anh/chị chưa được phân công địa bàn nào nên chưa thêm, sửa cơ sở được. "
            "Anh/chị liên hệ chuyên viên Trung tâm."
        )


def check_can_add_establishment(user, place: Place | None = None) -> None:
    """Officers and administrators anywhere; a collaborator in communes assigned to them today."""
    check_can_write(user)
    if place is None or user.has_role(*WRITERS):
        return
    if place.pk not in assigned_place_ids(user):
        raise NotAllowed(
            f"{place} không thuộc địa bàn anh/chị đang phụ trách. "
            "Anh/chị chọn xã, phường của mình hoặc báo chuyên viên Trung tâm."
        )


def check_can_change_establishment(user, establishment: Establishment) -> None:
    """Officers and administrators anywhere; a collaborator in places assigned to them today and in
    the units these came from."""
    check_can_write(user)
    if establishment.status == EstablishmentStatus.MERGED:
        raise NotAllowed(
            f"Hồ sơ này đã hợp nhất vào “{establishment.merged_into}”; "
            "anh/chị sửa ở hồ sơ được giữ lại."
        )
    if user.has_role(*WRITERS):
        return
    if establishment.place_id not in own_place_ids(user):
        raise NotAllowed(
            "Cơ sở này không thuộc địa bàn anh/chị đang phụ trách. "
            "Anh/chị báo chuyên viên Trung tâm nếu thấy số liệu chưa đúng."
        )


def check_can_see_contacts(user) -> None:
    """Who reads what identifies a person: everybody of the network, not the reader from outside."""
    if not user.is_active or not user.has_role(*FULL_READERS, Role.COLLABORATOR):
        raise NotAllowed("Thông tin cá nhân của cơ sở chỉ người trong mạng lưới khuyến công xem.")


def check_can_see_personal_numbers(user) -> None:
    """Who needs personal numbers in lists and sheets: those who write the book, and who pays."""
    if not user.is_active or not user.has_role(*WRITERS, Role.COLLABORATOR, Role.ACCOUNTANT):
        raise NotAllowed("Số định danh cá nhân chỉ hiện đủ với người cập nhật sổ và kế toán.")


def check_can_handle_personal_data(user) -> None:
    """Who answers requests about personal data, erases it and reads the log of who saw it."""
    if not user.is_active or not user.has_role(Role.ADMINISTRATOR):
        raise NotAllowed(
            "Chỉ người quản trị giải quyết yêu cầu về dữ liệu cá nhân và xem nhật ký truy cập."
        )


def check_can_merge(user) -> None:
    """Who decides whether two records are one: officers and administrators."""
    if not user.is_active or not user.has_role(*WRITERS):
        raise NotAllowed(
            "Chuyên viên Trung tâm và quản trị mới xét trùng và hợp nhất hồ sơ. "
            "Anh/chị báo chuyên viên nếu thấy hai hồ sơ của cùng một cơ sở."
        )


can_merge = as_bool(check_can_merge)
can_write = as_bool(check_can_write)
can_add_establishment = as_bool(check_can_add_establishment)
can_change_establishment = as_bool(check_can_change_establishment)
can_see_contacts = as_bool(check_can_see_contacts)
can_see_personal_numbers = as_bool(check_can_see_personal_numbers)
can_handle_personal_data = as_bool(check_can_handle_personal_data)
