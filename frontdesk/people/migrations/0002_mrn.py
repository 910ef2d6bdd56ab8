from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_first")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE people_mrn START 90000001", "DROP SEQUENCE people_mrn"),
    ]
