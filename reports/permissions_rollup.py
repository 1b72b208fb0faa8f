"""Who may see the province's table."""

from khuyencong.core.enums import CENTRE_ROLES, Role
from khuyencong.core.exceptions import NotAllowed
from khuyencong.core.permissions import as_bool


def check_can_see_rollup(user) -> None:
    """The Centre and the viewer (Sở, UBND): it holds the figures of all communes."""
    if user.is_active and user.has_role(*CENTRE_ROLES, Role.VIEWER):
        return
    reason = "Bảng tổng hợp của cả mạng lưới dành cho Trung tâm và cơ quan quản lý cấp trên."
    if user.has_role(Role.COLLABORATOR):
        reason += " Số liệu địa bàn của anh/chị qua các quý ở trang Báo cáo."
    raise NotAllowed(f"{reason} Nếu cần, anh/chị liên hệ Trung tâm.")


def check_can_see_pending(user) -> None:
    """Only the Centre sees figures that nobody has accepted yet."""
    check_can_see_rollup(user)
    if not user.is_centre:
        raise NotAllowed("Số liệu chưa được duyệt chỉ Trung tâm xem được.")


can_see_rollup = as_bool(check_can_see_rollup)
can_see_pending = as_bool(check_can_see_pending)
