

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('plan', '0013_a_change_of_many_has_parts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='revision',
            name='revision_shown_page',
        ),
        migrations.RemoveIndex(
            model_name='revision',
            name='revision_listed_time',
        ),
        migrations.RemoveIndex(
            model_name='revision',
            name='revision_shown_parts',
        ),
        migrations.AddField(
            model_name='revision',
            name='is_withdrawn',
            field=models.BooleanField(db_default=False, default=False, verbose_name='公開をやめている'),
        ),
        migrations.AddField(
            model_name='revision',
            name='published_with',
            field=models.CharField(blank=True, db_default='', max_length=100, verbose_name='公開の単位'),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('is_hidden', False), ('is_withdrawn', False), ('part_of', None)), fields=['plan', '-made_at', '-id', 'is_hidden', 'is_withdrawn', 'part_of'], name='revision_listed_time'),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('is_hidden', False), ('is_withdrawn', False)), fields=['plan', 'page', '-made_at', '-id', 'is_hidden', 'is_withdrawn'], name='revision_shown_page'),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('is_hidden', False), ('is_withdrawn', False), ('part_of__isnull', False)), fields=['part_of', '-made_at', '-id', 'is_hidden', 'is_withdrawn'], name='revision_shown_parts'),
        ),
        migrations.AddIndex(
            model_name='revision',
            index=models.Index(condition=models.Q(('published_with', ''), _negated=True), fields=['published_with'], name='revision_published_with'),
        ),
    ]
