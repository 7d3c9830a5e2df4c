"""Tags of a grant's story: what the rooms above know of it."""

from typing import Any

from django import template

from grants.models import Grant
from priorities import linking, to_sort
from priorities.models import Code, Dimension

register = template.Library()


@register.inclusion_tag("funders_portal/what_for.html", takes_context=True)
def what_for(context: dict[str, Any], grant: Grant) -> dict[str, Any]:
    """What a grant is for, list by list, with the share of each entry in basis points, and its initiatives."""
    said = to_sort.stated([grant.pk]).get(grant.pk, {})
    initiatives = Code.objects.filter(dimension=Dimension.PRIORITY, code__in=linking.initiatives_of(grant))
    return {
        "grant": grant,
        "editable": context.get("editable"),
        "lists": [(dimension.label, said.get(dimension.value, [])) for dimension in Dimension],
        "initiatives": [code.label for code in initiatives],
    }
