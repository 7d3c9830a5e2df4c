"""How a test asks the database itself whether something may be so."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, models, transaction


def refused(row: models.Model, **changes: Any) -> bool:
    """Whether the database refuses this row with these changes; nothing is left of the try."""
    try:
        with transaction.atomic():
            type(row)._base_manager.filter(pk=row.pk).update(**changes)
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return False
