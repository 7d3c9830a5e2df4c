"""How many people two works share is superseded, so that figures can be asked for as they were known."""

from django.conf import settings
from django.db import migrations, models

from outcomes import guards


def put_up(apps, schema_editor):
    guards.put_up_later(schema_editor, guards.SHARED_PEOPLE)


def take_down(apps, schema_editor):
    guards.take_down_later(schema_editor, guards.SHARED_PEOPLE)


class Migration(migrations.Migration):

    dependencies = [
        ('grants', '0008_joinings'),
        ('outcomes', '0015_renewals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='overlap',
            name='overlap_once',
        ),
        migrations.AddField(
            model_name='overlap',
            name='superseded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='overlap',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded_at__isnull', True)), fields=('indicator', 'cell', 'start', 'end', 'one', 'other'), name='one_current_overlap'),
        ),
        migrations.RunPython(put_up, take_down),
    ]
