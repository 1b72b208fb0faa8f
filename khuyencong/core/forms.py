"""How every form of the portal looks: label above, help, error beside the field."""

from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Fields render through `templates/forms/field.html`."""

    field_template_name = "forms/field.html"
