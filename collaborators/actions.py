"""Changes to the network, each from a signed decision."""

from datetime import date

from django.db import IntegrityError, transaction

from collaborators import permissions
from collaborators.models import AppointmentDecision, Assignment, Collaborator
from khuyencong.core.enums import Role
from khuyencong.core.exceptions import InvalidInput, WrongStatus
from khuyencong.core.models import Place, User
from khuyencong.core.text import clean

PRINCIPAL_TAKEN = "one_principal_per_place_and_day"
ALREADY_ASSIGNED = "one_assignment_per_collaborator_place_and_day"


@transaction.atomic
def record_decision(
    *, actor: User, number: str, signed_on: date, issued_by: str, subject: str
) -> AppointmentDecision:
    """Record a decision that sets up or changes the network; the number names it, once."""
    permissions.check_can_manage_network(actor)
    number = clean(number)
    if AppointmentDecision.objects.filter(number=number).exists():
        raise InvalidInput(
            f"Quyết định số {number} đã được ghi.", {"number": ["Số quyết định này đã có."]}
        )
    return AppointmentDecision.objects.create(
        number=number, signed_on=signed_on, issued_by=clean(issued_by), subject=clean(subject)
    )


@transaction.atomic
def appoint(
    *,
    actor: User,
    title: str,
    user: User | None = None,
    main_job: str = "",
    phone: str = "",
    is_illustration: bool = False,
) -> Collaborator:
    """Take a collaborator into the network, with or without an account.

    The account must hold the collaborator's role and belong to nobody else of the network.
    """
    permissions.check_can_manage_network(actor)
    if user is not None:
        if not user.has_role(Role.COLLABORATOR):
            raise InvalidInput(
                f"Tài khoản {user.username} chưa có vai trò cộng tác viên.",
                {"user": ["Hãy thêm vai trò cộng tác viên cho tài khoản này trước."]},
            )
        holder = Collaborator.objects.filter(user=user).first()
        if holder:
            raise InvalidInput(
                f"Tài khoản {user.username} đã thuộc về {holder}.",
                {"user": [f"Tài khoản này đã thuộc về {holder}."]},
            )
    return Collaborator.objects.create(
        title=clean(title),
        user=user,
        main_job=clean(main_job),
        phone=clean(phone),
        is_illustration=is_illustration,
    )


@transaction.atomic
def assign_place(
    *,
    actor: User,
    collaborator: Collaborator,
    place: Place,
    valid_from: date,
    valid_to: date | None = None,
    is_principal: bool = True,
    decision: AppointmentDecision | None = None,
    is_illustration: bool = False,
) -> Assignment:
    """Put a collaborator in charge of a place between two days, both inclusive.

    The place must exist on all of those days. Raises InvalidInput where the place already has a
    principal collaborator, or this collaborator the place, on one of them.
    """
    # Two inserts against an exclusion constraint may wait for each other; the place's lock queues them.
    place = Place.objects.select_for_update(no_key=True).get(pk=place.pk)
    permissions.check_can_manage_network(actor)
    _check_dates(place, valid_from, valid_to)
    try:
        with transaction.atomic():
            return Assignment.objects.create(
                collaborator=collaborator,
                place=place,
                valid_from=valid_from,
                valid_to=valid_to,
                is_principal=is_principal,
                decision=decision,
                is_illustration=is_illustration,
            )
    except IntegrityError as error:
        raise _explain(error, collaborator, place, valid_from, valid_to) from error


@transaction.atomic
def end_assignment(*, actor: User, assignment_id: int, valid_to: date) -> Assignment:
    """End an assignment with a day (inclusive). An assignment that ended is not prolonged by this."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("collaborator", "place")
        .get(pk=assignment_id)
    )
    permissions.check_can_manage_network(actor)
    if assignment.valid_to is not None and assignment.valid_to <= valid_to:
        raise WrongStatus(
            f"Phân công {assignment.place} cho {assignment.collaborator} đã kết thúc ngày "
            f"{assignment.valid_to:%d/%m/%Y}. Muốn phụ trách tiếp, hãy ghi một phân công mới."
        )
    if valid_to < assignment.valid_from:
        raise InvalidInput(
            "Ngày kết thúc trước ngày bắt đầu.",
            {
                "valid_to": [
                    f"Phân công bắt đầu ngày {assignment.valid_from:%d/%m/%Y}; "
                    "ngày kết thúc không thể sớm hơn."
                ]
            },
        )
    assignment.valid_to = valid_to
    assignment.save(update_fields=["valid_to"])
    return assignment


def _check_dates(place: Place, valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise InvalidInput(
            "Ngày kết thúc trước ngày bắt đầu.",
            {"valid_to": ["Ngày kết thúc không thể trước ngày bắt đầu."]},
        )
    if place.valid_from and valid_from < place.valid_from:
        message = f"{place} có từ ngày {place.valid_from:%d/%m/%Y}; hãy chọn ngày từ đó trở đi."
        raise InvalidInput(message, {"valid_from": [message]})
    if place.valid_to and (valid_to is None or valid_to > place.valid_to):
        message = (
            f"{place} chỉ tồn tại đến hết ngày {place.valid_to:%d/%m/%Y}; "
            "ngày kết thúc phải không muộn hơn ngày đó."
        )
        raise InvalidInput(message, {"valid_to": [message]})


def _explain(error, collaborator, place, valid_from, valid_to) -> Exception:
    """The refusal behind a violated constraint, naming who holds the place and until when."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if name not in (PRINCIPAL_TAKEN, ALREADY_ASSIGNED):
        return error
    others = Assignment.objects.filter(place=place).exclude(valid_to__lt=valid_from)
    if valid_to:
        others = others.exclude(valid_from__gt=valid_to)
    if name == PRINCIPAL_TAKEN:
        others = others.principal()
    else:
        others = others.filter(collaborator=collaborator)
    other = others.select_related("collaborator").order_by("valid_from").first()
    if other is None:
        message = "Địa bàn này vừa được người khác phân công. Hãy xem lại rồi thử lại."
        return InvalidInput(message, {"place": [message]})
    until = f"đến ngày {other.valid_to:%d/%m/%Y}" if other.valid_to else "đến nay"
    what = "phụ trách chính" if name == PRINCIPAL_TAKEN else "được phân công"
    message = (
        f"{other.collaborator} đang {what} {place} từ ngày {other.valid_from:%d/%m/%Y} {until}. "
        "Hãy kết thúc phân công đó trước, hoặc chọn ngày khác."
    )
    return InvalidInput(message, {"place": [message]})
