"""Catalogues of the registry that every installation needs."""

from facilities.models import NetworkGroup

# The groups the interview of 2022 names; the codes are also the members of the reports' dimension.
NETWORK_GROUPS = (
    ("co_khi", "Cơ khí"),
    ("che_bien", "Chế biến nông, lâm, thủy sản"),
    ("go", "Sản xuất gỗ và đồ gỗ"),
    ("thu_cong", "Thủ công mỹ nghệ"),
    ("khac", "Ngành khác"),
)
# Where an establishment without a group is counted.
OTHER_GROUP = "khac"


def load_network_groups() -> None:
    """Create the groups that are missing; labels changed by an administrator are kept."""
    for order, (code, label) in enumerate(NETWORK_GROUPS, start=1):
        NetworkGroup.objects.get_or_create(code=code, defaults={"label": label, "order": order})
