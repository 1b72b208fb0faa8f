"""Forms of surveys: they read and check what was typed; actions write."""

from django import forms
from django.utils import timezone

from collaborators.models import Collaborator
from facilities.models import NeedKind
from facilities.surveys import queries
from facilities.surveys.enums import TargetState, UpdateState
from facilities.surveys.models import SurveyCampaign, SurveyTarget
from khuyencong.core.forms import CleanCharField, DateField, PortalForm
from khuyencong.core.models import Place
from khuyencong.forms_as_data.enums import FormStatus, PartKind
from khuyencong.forms_as_data.models import FormVersion

ALL = ("", "Tất cả")


def questionnaires():
    """The versions of questionnaires, the newest first."""
    return (
        FormVersion.objects.filter(parts__kind=PartKind.QUESTIONS)
        .select_related("form")
        .distinct()
        .order_by("form__title", "-number")
    )


class CampaignForm(PortalForm):
    """A campaign's words, questionnaire and days."""

    title = CleanCharField(label="Tên đợt khảo sát", max_length=200)
    purpose = forms.CharField(
        label="Mục đích, yêu cầu",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Cộng tác viên đọc phần này trước khi hỏi cơ sở.",
    )
    questionnaire = forms.ModelChoiceField(
        label="Phiếu khảo sát", queryset=FormVersion.objects.none(), empty_label="Chọn phiếu"
    )
    opens_on = DateField(label="Từ ngày")
    closes_on = DateField(label="Hạn gửi phiếu")

    def __init__(self, *args, campaign: SurveyCampaign | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        offered = questionnaires().filter(status=FormStatus.IN_USE)
        if campaign is not None:
            offered = questionnaires().filter(pk=campaign.questionnaire_id) | offered
        self.fields["questionnaire"].queryset = offered
        if campaign is not None and campaign.state != "draft":
            for name in ("questionnaire", "opens_on"):
                self.fields[name].disabled = True

    @staticmethod
    def initial_of(campaign: SurveyCampaign) -> dict:
        """What the form shows of a campaign."""
        return {
            name: getattr(campaign, name)
            for name in ("title", "purpose", "questionnaire", "opens_on", "closes_on")
        }


class TargetFilterForm(PortalForm):
    """Which establishments of a campaign to show."""

    xa = forms.ChoiceField(label="Địa bàn", required=False)
    ctv = forms.ChoiceField(label="Cộng tác viên", required=False)
    trang_thai = forms.ChoiceField(
        label="Trạng thái", required=False, choices=[ALL, *TargetState.choices]
    )

    def __init__(self, *args, campaign: SurveyCampaign, **kwargs):
        kwargs.setdefault("auto_id", "loc-%s")
        super().__init__(*args, **kwargs)
        self.fields["xa"].choices = [ALL, *_places_of(campaign)]
        people = (
            SurveyTarget.objects.filter(campaign=campaign)
            .exclude(collaborator=None)
            .order_by("collaborator__title")
            .values_list("collaborator", "collaborator__title")
            .distinct()
        )
        self.fields["ctv"].choices = [ALL, ("0", "Chưa giao cho ai"), *people]

    def chosen(self) -> dict[str, str]:
        """The valid choices that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _places_of(campaign: SurveyCampaign) -> list[tuple[str, str]]:
    ids = SurveyTarget.objects.filter(campaign=campaign).order_by().values("place")
    places = Place.objects.filter(pk__in=ids).in_vietnamese_order()
    return [(str(pk), name) for pk, name in places.values_list("pk", "name")]


class AssignForm(PortalForm):
    """To whom to give what was ticked."""

    collaborator = forms.ModelChoiceField(
        label="Giao cho", queryset=Collaborator.objects.none(), empty_label="Chọn cộng tác viên"
    )
    reason = CleanCharField(label="Lý do", required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["collaborator"].queryset = Collaborator.objects.filter(
            user__is_active=True
        ).order_by("title")


class ReasonForm(PortalForm):
    """A reason that somebody will read."""

    reason = CleanCharField(label="Lý do", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AddTargetForm(PortalForm):
    """Which establishment to add to a campaign, and why."""

    q = CleanCharField(
        label="Tìm cơ sở",
        required=False,
        help_text="Tên, sản phẩm, mã số thuế hoặc điện thoại; không cần gõ dấu.",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class QueueFilterForm(PortalForm):
    """Which answers that wait to show."""

    dot = forms.ChoiceField(label="Đợt khảo sát", required=False)

    def __init__(self, *args, user, **kwargs):
        kwargs.setdefault("auto_id", "loc-%s")
        super().__init__(*args, **kwargs)
        self.fields["dot"].choices = [ALL, *campaign_choices(user)]


def campaign_choices(user) -> list[tuple[str, str]]:
    """The opened campaigns that a user may see."""
    campaigns = queries.campaigns_visible_to(user).exclude(state="draft")
    return [(str(pk), title) for pk, title in campaigns.values_list("pk", "title")]


class ResultFilterForm(PortalForm):
    """Of which commune, and of which answers, to show the results."""

    xa = forms.ChoiceField(label="Địa bàn", required=False)
    phieu = forms.ChoiceField(
        label="Tính phiếu",
        required=False,
        choices=[("", "Đã gửi và đã duyệt"), ("da-duyet", "Chỉ phiếu đã duyệt")],
    )

    def __init__(self, *args, campaign: SurveyCampaign, from_outside: bool, **kwargs):
        kwargs.setdefault("auto_id", "loc-%s")
        super().__init__(*args, **kwargs)
        self.fields["xa"].choices = [ALL, *_places_of(campaign)]
        if from_outside:
            del self.fields["phieu"]


class NeedFilterForm(PortalForm):
    """Which needs to show."""

    dot = forms.ChoiceField(label="Đợt khảo sát", required=False)
    nam = forms.ChoiceField(label="Năm mong muốn", required=False)
    loai = forms.ChoiceField(label="Nội dung hỗ trợ", required=False)
    xa = forms.ChoiceField(label="Địa bàn", required=False)
    trang_thai = forms.ChoiceField(
        label="Vào sổ",
        required=False,
        choices=[
            ALL,
            (UpdateState.PROPOSED, UpdateState.PROPOSED.label),
            (UpdateState.ACCEPTED, UpdateState.ACCEPTED.label),
        ],
    )

    def __init__(self, *args, user, **kwargs):
        kwargs.setdefault("auto_id", "loc-%s")
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["dot"].choices = [ALL, *campaign_choices(user)]
        self.fields["nam"].choices = [
            ALL,
            *((str(year), str(year)) for year in range(this_year - 1, this_year + 4)),
        ]
        self.fields["loai"].choices = [ALL, *NeedKind.objects.values_list("code", "label")]
        heard = queries.needs_heard(user, {}).order_by().values("target__place")
        places = Place.objects.filter(pk__in=heard).in_vietnamese_order()
        self.fields["xa"].choices = [
            ALL,
            *((str(p), n) for p, n in places.values_list("pk", "name")),
        ]

    def chosen(self) -> dict[str, str]:
        """The valid choices that are set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
