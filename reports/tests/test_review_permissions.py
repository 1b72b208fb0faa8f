"""Who may check, in both forms of each rule."""

import pytest

from khuyencong.core.exceptions import NotAllowed
from reports import permissions_review as permissions
from reports.tests.review_cast import make_cast, submit_version, submitted_report

REVIEWERS = {"officer", "second_officer", "leader"}
CENTRE = REVIEWERS | {"administrator"}
BY_ROLE = [
    ("can_open_queue", CENTRE),
    ("can_review", REVIEWERS),
    ("can_see_completeness", CENTRE | {"viewer"}),
    ("can_see_periods", CENTRE | {"viewer"}),
    ("can_manage_periods", {"administrator"}),
]


@pytest.fixture
def cast(db):
    return make_cast()


def allowed(cast, rule: str, *objects) -> set[str]:
    """Who of the cast a rule lets through; both its forms have to agree."""
    passed = set()
    for name, account in cast.everybody().items():
        can = getattr(permissions, rule)(account, *objects)
        try:
            getattr(permissions, f"check_{rule}")(account, *objects)
        except NotAllowed as refusal:
            assert not can
            assert str(refusal)
        else:
            assert can
            passed.add(name)
    return passed


@pytest.mark.parametrize(("rule", "expected"), BY_ROLE)
def test_rules_by_role(cast, rule, expected):
    assert allowed(cast, rule) == expected


@pytest.mark.parametrize("rule", ["can_return_report", "can_accept_report"])
def test_reviewers_decide_on_reports_they_had_no_hand_in(cast, rule):
    assert allowed(cast, rule, submitted_report(cast)) == REVIEWERS
    assert allowed(
        cast, rule, submitted_report(cast, place=cast.other_place, user=cast.officer)
    ) == REVIEWERS - {"officer"}


def test_whoever_wrote_an_earlier_version_stays_its_author(cast):
    report = submitted_report(cast, user=cast.officer)
    submit_version(report, cast.ctv)
    assert allowed(cast, "can_accept_report", report) == REVIEWERS - {"officer"}


@pytest.mark.parametrize(("rule", "_"), BY_ROLE)
def test_a_closed_account_may_nothing(cast, rule, _):
    for account in cast.everybody().values():
        account.is_active = False
    assert allowed(cast, rule) == set()


def test_administrators_are_told_who_decides(cast):
    with pytest.raises(NotAllowed, match="chuyên viên hoặc lãnh đạo"):
        permissions.check_can_review(cast.administrator)
