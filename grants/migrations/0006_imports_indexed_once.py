"""Rows of imports are indexed once, and their texts packed in the way that takes PostgreSQL the least time."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TEXTS = [("ImportRow", "raw"), ("ImportRow", "cleaned"), ("Revision", "content")]
NEVER_SEARCHED_BY_BEGINNING = [("Grant", "grant_id"), ("RelatedGrant", "identifier")]


def pack_quickly(apps: Any, schema_editor: Any) -> None:
    """As LZ4, where the server was built with it."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        known = cursor.fetchone()
    if known and known[0]:
        _each_text(apps, schema_editor, "lz4")


def pack_as_before(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        _each_text(apps, schema_editor, "pglz")


def _each_text(apps: Any, schema_editor: Any, method: str) -> None:
    for model, name in TEXTS:
        table = schema_editor.quote_name(apps.get_model("grants", model)._meta.db_table)
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET COMPRESSION {method}")


def drop_indexes_of_beginnings(apps: Any, schema_editor: Any) -> None:
    """Django adds a second index to every text that is looked up, for LIKE 'beginning%'; identifiers are never asked so."""
    for name in _indexes_of_beginnings(apps, schema_editor):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name[0]}")


def add_indexes_of_beginnings(apps: Any, schema_editor: Any) -> None:
    for name, table, column in _indexes_of_beginnings(apps, schema_editor):
        schema_editor.execute(f"CREATE INDEX {name} ON {table} ({column} varchar_pattern_ops)")


def _indexes_of_beginnings(apps: Any, schema_editor: Any) -> list[tuple[str, str, str]]:
    if schema_editor.connection.vendor != "postgresql":
        return []
    quoted = schema_editor.quote_name
    tables = [(apps.get_model("grants", model)._meta.db_table, column) for model, column in NEVER_SEARCHED_BY_BEGINNING]
    return [
        (quoted(schema_editor._create_index_name(table, [column], suffix="_like")), quoted(table), quoted(column))
        for table, column in tables
    ]


class Migration(migrations.Migration):

    dependencies = [
        ("grants", "0005_keys_indexed_once"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importrow",
            name="source",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="grants.import"),
        ),
        migrations.AlterField(
            model_name="importproblem",
            name="source",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="problems", to="grants.import"),
        ),
        migrations.RunPython(drop_indexes_of_beginnings, add_indexes_of_beginnings),
        migrations.RunPython(pack_quickly, pack_as_before),
    ]
