"""The daybook is append-only, and chained.

Changing or deleting a row is refused by a trigger, whoever asks. When a transaction commits, a deferred
trigger adds one link for each new entry: the digest of the link before it and of the entry. The lock on
the chain is taken at the commit and nowhere earlier, so it cannot take part in a deadlock (docs/locking.md).
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION daybook_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The daybook is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
"""
TABLES = ("daybook_entry", "daybook_entrysubject", "daybook_link", "daybook_look")
GUARD = "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION daybook_refuse();\n"
    f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION daybook_refuse();\n"
    for table in TABLES
)
CHAIN = """
CREATE FUNCTION daybook_digest(previous bytea, e daybook_entry) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(previous || convert_to(jsonb_build_array(
    e.id, e.kind, e.facts, extract(epoch FROM e.at), e.actor_id, e.actor_name, e.reason, e.approved_by_id,
    e.alternatives, e.rule_version, e.caused_by_id,
    (SELECT jsonb_agg(jsonb_build_array(s.kind, s.ref) ORDER BY s.kind, s.ref)
       FROM daybook_entrysubject s WHERE s.entry_id = e.id))::text, 'UTF8'))
$$;
CREATE FUNCTION daybook_link_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE
  last daybook_link;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('frontdesk daybook chain'));
  SELECT * INTO last FROM daybook_link ORDER BY seq DESC LIMIT 1;
  INSERT INTO daybook_link (seq, entry_id, previous, digest)
  VALUES (coalesce(last.seq, 0) + 1, NEW.id, coalesce(last.digest, ''::bytea),
          daybook_digest(coalesce(last.digest, ''::bytea), NEW));
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER chain AFTER INSERT ON daybook_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION daybook_link_entry();
"""
UNDO = """
DROP TRIGGER chain ON daybook_entry;
DROP FUNCTION daybook_link_entry();
DROP FUNCTION daybook_digest(bytea, daybook_entry);
DROP FUNCTION daybook_refuse() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("daybook", "0001_first")]
    operations = [migrations.RunSQL(REFUSE + GUARD + CHAIN, UNDO)]
