"""What a booking asks of the clinic's settings is remembered too (ADR 010): these tables leave marks as well.

A machine's switch is a fact of the daybook; other facts leave no mark and cost nothing.
"""

from django.db import migrations

WATCHED = ("clinic_site", "clinic_specialty", "triage_protocol", "outreach_messagetemplate")
WATCH = (
    "".join(
        f"CREATE TRIGGER mark_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION clinic_mark_change();\n"
        for table in WATCHED
    )
    + """
CREATE TRIGGER mark_switch AFTER INSERT ON daybook_entry
    FOR EACH ROW WHEN (NEW.kind = 'MachineSwitched') EXECUTE FUNCTION clinic_mark_change();
CREATE TRIGGER mark_switches AFTER TRUNCATE ON daybook_entry
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_mark_change();
"""
)
UNDO = "".join(f"DROP TRIGGER mark_change ON {table};\n" for table in WATCHED) + (
    "DROP TRIGGER mark_switch ON daybook_entry;\nDROP TRIGGER mark_switches ON daybook_entry;\n"
)


class Migration(migrations.Migration):
    dependencies = [
        ("triage", "0006_partners"),
        ("clinic", "0005_shown_to_others"),
        ("outreach", "0001_first"),
        ("daybook", "0002_append_only"),
    ]
    operations = [migrations.RunSQL(WATCH, UNDO)]
