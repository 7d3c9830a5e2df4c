"""That a renewal is decided, and that no answer for after it is on a copy before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from outcomes import guards


def put_up(apps, schema_editor):
    guards.put_up_later(schema_editor, guards.RENEWALS)


def take_down(apps, schema_editor):
    guards.take_down_later(schema_editor, guards.RENEWALS)


class Migration(migrations.Migration):

    dependencies = [
        ('grants', '0008_joinings'),
        ('outcomes', '0014_evidence_marks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Renewal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decided_on', models.DateField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grants.grant')),
            ],
            options={
                'ordering': ['at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('grant', 'decided_on'), name='renewal_decided_once_a_day')],
            },
        ),
        migrations.RunPython(put_up, take_down),
    ]
