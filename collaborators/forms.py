"""Forms of the network. They parse and validate; the actions write."""

from django import forms
from django.utils import timezone

from collaborators.models import AppointmentDecision, Collaborator
from khuyencong.core.enums import Role
from khuyencong.core.forms import CleanCharField, DateField, PortalForm
from khuyencong.core.models import Place, User
from khuyencong.core.place_fields import search_if_long
from khuyencong.core.places import units_on

PHONE = r"^[0-9 .+()-]{8,20}$"


class NetworkForm(PortalForm):
    """Which day, what to look for, and whether only places without anyone."""

    tim = CleanCharField(label="Tên địa bàn hoặc cộng tác viên", required=False)
    ngay = DateField(label="Phụ trách ngày", required=False)
    trong = forms.ChoiceField(
        label="Địa bàn",
        choices=(("", "Tất cả"), ("1", "Chưa có người phụ trách")),
        required=False,
    )


class AppointForm(PortalForm):
    """A new collaborator."""

    title = CleanCharField(
        label="Tên gọi",
        max_length=150,
        help_text="Theo chức năng, ví dụ “CTV xã Long Sơn”.",
    )
    user = forms.ModelChoiceField(
        label="Tài khoản",
        queryset=User.objects.none(),
        required=False,
        empty_label="Chưa có tài khoản",
        help_text="Tài khoản có vai trò cộng tác viên và chưa gắn với ai.",
    )
    main_job = CleanCharField(label="Chức vụ kiêm nhiệm", max_length=150, required=False)
    phone = forms.RegexField(
        PHONE,
        label="Điện thoại",
        required=False,
        error_messages={"invalid": "Số điện thoại chỉ gồm 8 đến 20 chữ số, dấu cách, dấu chấm."},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(
            roles__contains=[Role.COLLABORATOR], is_active=True, collaborator=None
        )


class AssignForm(PortalForm):
    """Who is put in charge of which place, from when."""

    collaborator = forms.ModelChoiceField(
        label="Cộng tác viên",
        queryset=Collaborator.objects.order_by("title"),
        empty_label="Chọn cộng tác viên",
    )
    place = forms.ModelChoiceField(
        label="Địa bàn", queryset=Place.objects.none(), empty_label="Chọn địa bàn"
    )
    valid_from = DateField(label="Từ ngày")
    valid_to = DateField(
        label="Đến hết ngày", required=False, help_text="Để trống nếu chưa biết ngày kết thúc."
    )
    is_principal = forms.BooleanField(
        label="Phụ trách chính (người nộp báo cáo của địa bàn)", required=False, initial=True
    )
    decision = forms.ModelChoiceField(
        label="Quyết định",
        queryset=AppointmentDecision.objects.all(),
        required=False,
        empty_label="Chưa có quyết định",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        search_if_long(self, "place", units_on(timezone.localdate()).in_vietnamese_order())


class EndForm(PortalForm):
    """The last day of an assignment."""

    valid_to = DateField(label="Phụ trách đến hết ngày")


class DecisionForm(PortalForm):
    """A decision that sets up or changes the network."""

    number = CleanCharField(label="Số, ký hiệu", max_length=60, help_text="Ví dụ 187/QĐ-SCT.")
    signed_on = DateField(label="Ngày ký")
    issued_by = CleanCharField(label="Cơ quan ban hành", max_length=200)
    subject = CleanCharField(label="Trích yếu", max_length=300)
