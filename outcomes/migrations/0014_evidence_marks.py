"""Whether answers and files may serve as evidence, and that none does which no funder reads."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from outcomes import guards


def put_up(apps, schema_editor):
    guards.put_up_later(schema_editor, guards.EVIDENCE_MARKS)


def take_down(apps, schema_editor):
    guards.take_down_later(schema_editor, guards.EVIDENCE_MARKS)


class Migration(migrations.Migration):

    dependencies = [
        ('outcomes', '0013_document'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('may_serve', models.CharField(choices=[('no', 'no'), ('unnamed', 'yes, without our name'), ('named', 'yes, with our name')], max_length=7)),
                ('at', models.DateTimeField()),
                ('answer', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence_mark', to='outcomes.answer')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence_mark', to='outcomes.reportfile')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer__isnull', False), ('file__isnull', True)), models.Q(('answer__isnull', True), ('file__isnull', False)), _connector='OR'), name='evidence_mark_on_one_thing'), models.CheckConstraint(condition=models.Q(('may_serve__in', ['no', 'unnamed', 'named'])), name='known_evidence_mark')],
            },
        ),
        migrations.RunPython(put_up, take_down),
    ]
