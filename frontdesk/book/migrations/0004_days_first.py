"""The search's index with the day first, and no index beside it that others serve as well."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("book", "0003_search"), ("clinic", "0003_changes")]
    operations = [
        migrations.RemoveIndex(model_name="resourceday", name="book_resource_day_search"),
        migrations.AddIndex(
            model_name="resourceday",
            index=models.Index(fields=["day", "resource", "longest"], name="book_resource_day_search"),
        ),
        migrations.AlterField(
            model_name="resourceday",
            name="resource",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="days",
                to="clinic.resource",
            ),
        ),
        migrations.AlterField(
            model_name="resourceday",
            name="site",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.site",
            ),
        ),
    ]
