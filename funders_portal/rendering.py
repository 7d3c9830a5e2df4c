"""How form fields are drawn: the label in full, the reason beneath, the error at the field."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    field_template_name = "funders_portal/field.html"
