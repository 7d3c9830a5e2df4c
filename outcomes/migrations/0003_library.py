"""The questions, indicators and breakdowns that the portal ships."""

from django.db import migrations
from django.utils import timezone

from outcomes import library


def ship(apps, schema_editor):
    questions, cells, indicators, versions = (
        apps.get_model("outcomes", name) for name in ("Question", "Cell", "Indicator", "IndicatorVersion")
    )
    library.ship(at=timezone.now(), questions=questions, cells=cells, indicators=indicators, versions=versions)


class Migration(migrations.Migration):

    dependencies = [("outcomes", "0002_guards")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
