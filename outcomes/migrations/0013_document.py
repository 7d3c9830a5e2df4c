"""The question that stands above a document which takes the place of a report, and what must be true of one."""

from django.db import migrations
from django.utils import timezone

from outcomes import guards, library


def ship(apps, schema_editor):
    questions, cells, indicators, versions = (
        apps.get_model("outcomes", name) for name in ("Question", "Cell", "Indicator", "IndicatorVersion")
    )
    library.ship(at=timezone.now(), questions=questions, cells=cells, indicators=indicators, versions=versions)


def put_up(apps, schema_editor):
    guards.put_up_later(schema_editor, guards.DOCUMENTS)


def take_down(apps, schema_editor):
    guards.take_down_later(schema_editor, guards.DOCUMENTS)


class Migration(migrations.Migration):

    dependencies = [("outcomes", "0012_reminders")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop), migrations.RunPython(put_up, take_down)]
