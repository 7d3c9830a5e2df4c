"""The funders' own list and the vocabularies beside it, and what a new installation watches."""

from datetime import date

from django.db import migrations

from priorities import vocabulary


def load(apps, schema_editor):
    codes, watches = apps.get_model("priorities", "Code"), apps.get_model("priorities", "Watch")
    vocabulary.load(on=date(2008, 1, 1), codes=codes)
    vocabulary.ship_watch(codes=codes, watches=watches)


class Migration(migrations.Migration):
    dependencies = [("priorities", "0002_shares_within_the_whole")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
