"""Shares of one grant in one dimension never come to more than the whole, whoever writes them."""

from django.db import migrations

SQLITE = [
    f"""
    CREATE TRIGGER link_{name} AFTER {event} ON priorities_link BEGIN
        SELECT RAISE(ABORT, 'shares_within_the_whole') WHERE (
            SELECT SUM(share) FROM priorities_link WHERE grant_id = NEW.grant_id AND dimension = NEW.dimension) > 10000;
        SELECT RAISE(ABORT, 'link_in_its_codes_dimension') WHERE NOT EXISTS (
            SELECT 1 FROM priorities_code WHERE id = NEW.code_id AND dimension = NEW.dimension AND kind = 'share');
    END
    """
    for name, event in (("insert", "INSERT"), ("update", "UPDATE"))
]
POSTGRESQL = [
    """
    CREATE FUNCTION link_within_the_whole() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT SUM(share) FROM priorities_link WHERE grant_id = NEW.grant_id AND dimension = NEW.dimension) > 10000 THEN
            RAISE EXCEPTION 'shares_within_the_whole' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM priorities_code
                       WHERE id = NEW.code_id AND dimension = NEW.dimension AND kind = 'share') THEN
            RAISE EXCEPTION 'link_in_its_codes_dimension' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER link_within_the_whole AFTER INSERT OR UPDATE ON priorities_link
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION link_within_the_whole()
    """,
]
UNDO = {
    "sqlite": ["DROP TRIGGER link_insert", "DROP TRIGGER link_update"],
    "postgresql": ["DROP TRIGGER link_within_the_whole ON priorities_link", "DROP FUNCTION link_within_the_whole"],
}


def add(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("priorities", "0001_initial")]
    operations = [migrations.RunPython(add, drop)]
