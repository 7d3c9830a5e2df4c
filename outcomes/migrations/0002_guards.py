"""What no column's constraint can hold, as triggers."""

from django.db import migrations

from outcomes import guards


def put_up(apps, schema_editor):
    guards.put_up(schema_editor)


def take_down(apps, schema_editor):
    guards.take_down(schema_editor)


class Migration(migrations.Migration):

    dependencies = [("outcomes", "0001_initial")]

    operations = [migrations.RunPython(put_up, take_down)]
