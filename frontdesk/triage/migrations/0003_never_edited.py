"""An approved protocol and stored words are never edited in place, whoever asks: the database refuses it."""

from django.db import migrations

KEPT = """
CREATE FUNCTION triage_keep_protocol() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An approved protocol is never edited: write a new version.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER keep_protocol BEFORE UPDATE ON triage_protocol FOR EACH ROW
WHEN (OLD.approved_at IS NOT NULL AND (OLD.content, OLD.name, OLD.version, OLD.site_id, OLD.specialty_id, OLD.age_from,
      OLD.age_under, OLD.hours, OLD.approved_at, OLD.approved_by_id, OLD.in_force_from)
      IS DISTINCT FROM (NEW.content, NEW.name, NEW.version, NEW.site_id, NEW.specialty_id, NEW.age_from,
      NEW.age_under, NEW.hours, NEW.approved_at, NEW.approved_by_id, NEW.in_force_from))
EXECUTE FUNCTION triage_keep_protocol();
CREATE FUNCTION triage_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Words are kept as spoken: add more beside them.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER keep_words BEFORE UPDATE ON triage_utterance FOR EACH ROW
WHEN ((OLD.text, OLD.heard_at, OLD.request_id) IS DISTINCT FROM (NEW.text, NEW.heard_at, NEW.request_id))
EXECUTE FUNCTION triage_keep_words();
"""
UNDO = """
DROP TRIGGER keep_words ON triage_utterance;
DROP FUNCTION triage_keep_words();
DROP TRIGGER keep_protocol ON triage_protocol;
DROP FUNCTION triage_keep_protocol();
"""


class Migration(migrations.Migration):
    dependencies = [("triage", "0002_responsibility")]
    operations = [migrations.RunSQL(KEPT, UNDO)]
