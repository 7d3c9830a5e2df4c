"""That a person said so is a reason to propose grants as one work."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_letters_invitations_tasks'),
        ('grants', '0008_joinings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='joining',
            name='joining_has_a_reason',
        ),
        migrations.AlterField(
            model_name='joining',
            name='because',
            field=models.CharField(choices=[('declared', 'A published file says that they belong together.'), ('said', 'Somebody said so when one of them was added or changed.'), ('title', 'Their titles are alike.'), ('programme', 'Their programmes have the same name.'), ('days', 'Nothing else speaks for it: titles and programmes differ.')], max_length=9),
        ),
        migrations.AddConstraint(
            model_name='joining',
            constraint=models.CheckConstraint(condition=models.Q(('because__in', ['declared', 'said', 'title', 'programme', 'days'])), name='joining_has_a_reason'),
        ),
    ]
