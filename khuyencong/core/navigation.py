"""The menu, by role. One list; a page belongs to the item whose prefix its path starts with."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from khuyencong.core.enums import Role

EVERYBODY = tuple(Role)
CENTRE = (Role.OFFICER, Role.LEADER, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class NavItem:
    """A menu entry; `icon` names a symbol of the icon sprite."""

    label: str
    url_name: str
    icon: str
    roles: tuple[Role, ...]


ITEMS = (
    NavItem("Việc cần làm", "core:todo", "checklist", EVERYBODY),
    NavItem("Báo cáo", "reports:list", "report", (Role.COLLABORATOR, *CENTRE, Role.VIEWER)),
    NavItem("Tổng hợp", "reports:rollup", "table", (*CENTRE, Role.VIEWER)),
    NavItem("Báo cáo hợp nhất", "editions:list", "file-text", (*CENTRE, Role.VIEWER)),
    NavItem("Vướng mắc, kiến nghị", "difficulties:list", "message-2", (*CENTRE, Role.VIEWER)),
    NavItem("Sổ cơ sở", "facilities:list", "building-factory", EVERYBODY),
    NavItem("Khảo sát", "surveys:list", "clipboard-list", EVERYBODY),
    NavItem("Kết quả khuyến công", "programs:results", "award", EVERYBODY),
    NavItem("Mạng lưới", "collaborators:network", "users", (*CENTRE, Role.VIEWER)),
    NavItem("Địa bàn", "core:places", "map", EVERYBODY),
    NavItem("Xếp hạng báo cáo", "reports:league", "award", (Role.ACCOUNTANT,)),
    NavItem("Bảng tính đã xuất", "exports:list", "file-spreadsheet", EVERYBODY),
    NavItem("Quản trị", "admin:index", "settings", (Role.ADMINISTRATOR,)),
)


def menu_for(user, path: str) -> list[dict]:
    """Entries this user may open, in order, with `url` and whether it is the current one."""
    entries = []
    for item in ITEMS:
        if not user.has_role(*item.roles):
            continue
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue
        entries.append({"label": item.label, "url": url, "icon": item.icon})
    best = max((e["url"] for e in entries if path.startswith(e["url"])), key=len, default=None)
    return [{**entry, "current": entry["url"] == best} for entry in entries]
