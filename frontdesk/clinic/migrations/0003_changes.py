"""Each statement that changes what the clinic has, or how it works, leaves a mark that no other statement leaves.

Whoever remembers something about the clinic compares the marks (`clinic/queries/changes.py`) before relying on it.
Marks are added and never changed, so that two changes at once do not wait for each other.
"""

from django.db import migrations

WATCHED = (
    "clinic_resource", "clinic_provider", "clinic_room", "clinic_equipment", "clinic_interpreter",
    "clinic_visittype", "clinic_segment", "clinic_visitlength", "clinic_slotclass", "clinic_slotclass_visit_types",
)  # fmt: skip

MARKS = """
CREATE TABLE clinic_change (
    mark uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE FUNCTION clinic_mark_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clinic_change DEFAULT VALUES;
    -- Old marks go, so that comparing stays quick. The new one stays, so that no earlier set of marks comes back.
    DELETE FROM clinic_change WHERE mark IN (
        SELECT mark FROM clinic_change WHERE at < clock_timestamp() - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED
    );
    RETURN NULL;
END
$$;
"""
WATCH = "".join(
    f"CREATE TRIGGER mark_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION clinic_mark_change();\n"
    for table in WATCHED
)
UNDO = "".join(f"DROP TRIGGER mark_change ON {table};\n" for table in WATCHED) + (
    "DROP FUNCTION clinic_mark_change();\nDROP TABLE clinic_change;\n"
)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0002_the_book")]
    operations = [migrations.RunSQL(MARKS + WATCH, UNDO)]
