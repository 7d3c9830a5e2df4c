"""Letters become a ledger: reasons to write, and the mails that carry them; those written before come along."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = {"waiting": "waiting", "sent": "sent", "failed": "retry", "dropped": "refused"}
KEYS = {"invitation": "invitation", "told-invited": "invited"}
before: list[dict] = []


def read(apps, schema_editor):
    before[:] = apps.get_model("accounts", "Letter").objects.order_by("id").values()


def write(apps, schema_editor):
    """Each old letter is one in a mail of its own."""
    sender = None
    for old in before:
        sent = old["send_state"] == "sent"
        changed = old["sent_at"] or old["made_at"]
        if sent and sender is None:
            sender = apps.get_model("accounts", "Sender").objects.create(began_at=changed, ended_at=changed)
        mail = apps.get_model("accounts", "Mail").objects.create(
            person_id=old["person_id"], to=old["to"], message_id=f"{old['id']}.before@ledger", subject=old["subject"],
            text=old["body"], made_at=old["made_at"], state=STATES[old["send_state"]], not_before=old["not_before"],
            tries=old["tries"], sender=sender if sent else None, changed_at=changed, sent_at=old["sent_at"],
            reason=old["problem"],
        )
        kind, _, numbers = old["key"].partition(":")
        apps.get_model("accounts", "Letter").objects.create(
            kind=KEYS.get(kind, kind)[:40], about=old["about"], step="",
            person_id=old["person_id"], address="" if old["person_id"] else old["to"], due_at=old["made_at"],
            subject=old["subject"], body=old["body"], made_at=old["made_at"], state="gathered", changed_at=changed,
            mail=mail,
        )
    before.clear()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_letters_invitations_tasks")]

    operations = [
        migrations.RunPython(read, migrations.RunPython.noop),
        migrations.DeleteModel("Letter"),
        migrations.CreateModel(
            name='Sender',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.EmailField(max_length=254)),
                ('day', models.DateField(blank=True, null=True)),
                ('message_id', models.CharField(max_length=100, unique=True)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('text', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'sent'), ('refused', 'refused'), ('retry', 'to be tried again'), ('doubt', 'in doubt'), ('held', 'held for a person to decide'), ('dropped', 'not sent')], default='waiting', max_length=7)),
                ('not_before', models.DateTimeField()),
                ('tries', models.PositiveIntegerField(default=0)),
                ('resent', models.PositiveIntegerField(default=0)),
                ('changed_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('bounced_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sender', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.sender')),
            ],
            options={
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='MailChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'sent'), ('refused', 'refused'), ('retry', 'to be tried again'), ('doubt', 'in doubt'), ('held', 'held for a person to decide'), ('dropped', 'not sent')], max_length=7)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
                ('mail', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='accounts.mail')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('about', models.CharField(max_length=80)),
                ('version', models.PositiveIntegerField(default=0)),
                ('step', models.CharField(blank=True, max_length=20)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('at_once', models.BooleanField(default=True)),
                ('due_at', models.DateTimeField()),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('body', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('planned', 'planned'), ('gathered', 'in a mail'), ('cancelled', 'cancelled'), ('superseded', 'a later one went instead')], default='planned', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('changed_at', models.DateTimeField()),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mail', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='accounts.mail')),
            ],
            options={
                'ordering': ['-due_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'planned')), fields=['due_at', 'id'], name='letter_planned'), models.Index(condition=models.Q(('state', 'planned')), fields=['person'], name='letter_planned_for'), models.Index(fields=['about', 'kind'], name='letter_about')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('person__isnull', False)), fields=('kind', 'about', 'version', 'step', 'person'), name='letter_to_a_person_once'), models.UniqueConstraint(condition=models.Q(('person__isnull', True)), fields=('kind', 'about', 'version', 'step', 'address'), name='letter_to_an_address_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind', ''), _negated=True), models.Q(('about', ''), _negated=True)), name='letter_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('address', '')), models.Q(('person__isnull', True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='letter_to_a_person_or_an_address'), models.CheckConstraint(condition=models.Q(('person__isnull', False), ('at_once', True), _connector='OR'), name='letter_of_a_digest_to_a_person'), models.CheckConstraint(condition=models.Q(models.Q(('mail__isnull', True), ('state', 'planned')), models.Q(('mail__isnull', False), ('state', 'gathered')), models.Q(('state__in', ['cancelled', 'superseded']), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='letter_in_a_mail_or_not_for_a_reason')],
            },
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'retry'])), fields=['not_before', 'id'], name='mail_to_send'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['sender'], name='mail_being_sent'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('state__in', ['doubt', 'held', 'refused'])), fields=['state'], name='mail_to_look_at'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.UniqueConstraint(condition=models.Q(('day__isnull', False)), fields=('person', 'day'), name='one_digest_a_day'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('to', ''), _negated=True), models.Q(('message_id', ''), _negated=True)), name='mail_to_somebody'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(('day__isnull', True), ('person__isnull', False), _connector='OR'), name='digest_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'refused', 'retry', 'doubt', 'held', 'dropped'])), name='known_state_of_mail'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent'), ('tries__gte', 1)), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='mail_sent_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sending', 'sent']), _negated=True), models.Q(('sender__isnull', False), models.Q(('subject', ''), _negated=True)), _connector='OR'), name='mail_sent_by_a_sender'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), ('state__in', ['waiting', 'sending', 'sent']), _connector='OR'), name='mail_not_sent_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.CheckConstraint(condition=models.Q(('bounced_at__isnull', True), ('state', 'sent'), _connector='OR'), name='only_a_sent_mail_bounces'),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
