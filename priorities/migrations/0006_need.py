"""Need figures with their sources, those that are shipped among them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

from priorities.need import loading


def ship(apps, schema_editor):
    codes, series, figures = (apps.get_model("priorities", name) for name in ("Code", "NeedSeries", "NeedFigure"))
    loading.ship(at=timezone.now(), codes=codes, series=series, figures=figures)


class Migration(migrations.Migration):

    dependencies = [
        ('priorities', '0005_share_of_running_money'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='NeedSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60, unique=True)),
                ('people', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('referrals', 'referrals'), ('assessed', 'assessed'), ('estimate', 'estimate'), ('provision', 'provision'), ('capacity', 'capacity'), ('population', 'everybody who lives there')], max_length=10)),
                ('unit', models.CharField(default='people', max_length=40)),
                ('place', models.CharField(max_length=3)),
                ('codes', models.ManyToManyField(related_name='+', to='priorities.code')),
                ('provides_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='priorities.needseries')),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='NeedFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('period', models.CharField(max_length=80)),
                ('place', models.CharField(max_length=3)),
                ('axis', models.CharField(blank=True, max_length=40)),
                ('part', models.CharField(blank=True, max_length=120)),
                ('value', models.BigIntegerField(blank=True, null=True)),
                ('share', models.PositiveIntegerField(blank=True, null=True)),
                ('printed', models.CharField(blank=True, max_length=40)),
                ('change', models.CharField(blank=True, max_length=40)),
                ('edition', models.PositiveSmallIntegerField(default=1)),
                ('published_on', models.DateField(blank=True, null=True)),
                ('source', models.CharField(max_length=300)),
                ('url', models.URLField(max_length=500)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='priorities.needseries')),
            ],
            options={
                'ordering': ['series', '-last', '-first', 'axis', 'place', 'part', 'edition', 'published_on', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='needseries',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('people', ''), _negated=True), models.Q(('unit', ''), _negated=True)), name='need_series_says_what_it_counts'),
        ),
        migrations.AddConstraint(
            model_name='needseries',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['referrals', 'assessed', 'estimate', 'provision', 'capacity', 'population'])), name='need_series_of_a_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='needseries',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', ('NE', 'NW', 'YH', 'EM', 'WM', 'EE', 'LON', 'SE', 'SW', 'WAL', 'SCO', 'NI', 'UK', 'GB', 'EW', 'ENG'))), name='need_series_in_a_known_place'),
        ),
        migrations.AddConstraint(
            model_name='needseries',
            constraint=models.CheckConstraint(condition=models.Q(('provides_for', None), ('kind__in', ['provision', 'capacity']), _connector='OR'), name='need_series_answers_as_provision'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None), ('published_on__isnull', False)), fields=('series', 'first', 'last', 'place', 'axis', 'part', 'published_on'), name='one_need_value_a_day'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None), ('published_on', None)), fields=('series', 'first', 'last', 'place', 'axis', 'part', 'edition'), name='one_undated_need_value_an_edition'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('first__lte', models.F('last'))), name='need_period_in_order'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('published_on', None), ('published_on__gte', models.F('first')), _connector='OR'), name='need_published_once_begun'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('value__isnull', False), ('share__isnull', False), _connector='OR'), name='need_figure_says_how_many'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('value', None), ('value__gte', 0), _connector='OR'), name='need_value_not_below_nought'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('share', None), models.Q(('share__lte', 10000), models.Q(('printed', ''), _negated=True)), _connector='OR'), name='need_share_within_the_whole'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', ('NE', 'NW', 'YH', 'EM', 'WM', 'EE', 'LON', 'SE', 'SW', 'WAL', 'SCO', 'NI', 'UK', 'GB', 'EW', 'ENG'))), name='need_figure_in_a_known_place'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('axis', ''), ('part', '')), models.Q(models.Q(('axis', ''), _negated=True), models.Q(('part', ''), _negated=True)), _connector='OR'), name='need_part_of_something'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('edition__gte', 1)), name='need_editions_count_from_one'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('source', ''), _negated=True), ('url__startswith', 'http'), models.Q(('period', ''), _negated=True)), name='need_figure_is_sourced'),
        ),
        migrations.AddConstraint(
            model_name='needfigure',
            constraint=models.CheckConstraint(condition=models.Q(('removed_by', None), ('removed_at__isnull', False), _connector='OR'), name='need_removed_on_a_day'),
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
