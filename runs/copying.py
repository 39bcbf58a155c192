"""Rows into PostgreSQL by binary COPY, and out of it as structs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from runs import sql
from runs.blobs import storable_json
from runs.rows import COLUMN_TYPES, JSON_COLUMNS


def copy_rows(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    types: Mapping[str, str] = COLUMN_TYPES,
) -> None:
    """Send rows to `table` in one COPY; JSON columns take dicts, columns without a type are text."""
    listed = ", ".join(f'"{name}"' for name in columns)
    # Django wraps the errors of execute() only.
    with cursor.db.wrap_database_errors, cursor.copy(sql.COPY.format(table=table, columns=listed)) as copy:
        copy.set_types([types.get(name, "text") for name in columns])
        for row in rows:
            copy.write_row(row)


def values_for_copy(row: Any, columns: Sequence[str]) -> list[Any]:
    values = []
    for name in columns:
        value = getattr(row, name)
        if name in JSON_COLUMNS and value is not None:
            value = Jsonb(value, dumps=storable_json)
        values.append(value)
    return values


def values_for_update(row: Any, columns: Sequence[str]) -> dict[str, Any]:
    return {
        name: storable_json(getattr(row, name)).decode()
        if name in JSON_COLUMNS and getattr(row, name) is not None
        else getattr(row, name)
        for name in columns
    }


def load_row(struct: type, columns: Sequence[str], values: Sequence[Any]) -> Any:
    """Build a row struct from a result row (JSON arrives as text)."""
    fields = dict(zip(columns, values, strict=True))
    for name in JSON_COLUMNS.intersection(fields):
        if isinstance(fields[name], (str, bytes)):
            fields[name] = msgspec.json.decode(fields[name])
    return struct(**fields)
