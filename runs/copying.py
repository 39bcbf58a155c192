"""Rows into PostgreSQL by binary COPY, and out of it as structs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

from runs import sql
from runs.blobs import storable_json
from runs.rows import COLUMN_TYPES, JSON_COLUMNS

#: How `values_for_copy` gives columns: JSON as bytes, which psycopg only passes on.
COPY_TYPES = COLUMN_TYPES | dict.fromkeys(JSON_COLUMNS, "bytea")
JSONB_VERSION = b"\x01"


def copy_rows(
    cursor: Any,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    types: Mapping[str, str] = COPY_TYPES,
) -> None:
    """Send rows to `table` in one COPY; columns without a type are text."""
    listed = ", ".join(f'"{name}"' for name in columns)
    # Django wraps the errors of execute() only.
    with cursor.db.wrap_database_errors, cursor.copy(sql.COPY.format(table=table, columns=listed)) as copy:
        copy.set_types([types.get(name, "text") for name in columns])
        for row in rows:
            copy.write_row(row)


def values_for_copy(row: Any, columns: Sequence[str]) -> list[Any]:
    """List what COPY takes of a row; JSON as PostgreSQL itself sends it: a version, then the text."""
    read, places = reader_of(tuple(columns))
    values = list(read(row))
    for place in places:
        if values[place] is not None:
            values[place] = JSONB_VERSION + storable_json(values[place])
    return values


@cache
def reader_of(columns: tuple[str, ...]) -> tuple[Callable[[Any], tuple[Any, ...]], list[int]]:
    """Give what reads all columns of a row at once, and the places of those that hold JSON."""
    return attrgetter(*columns), [place for place, name in enumerate(columns) if name in JSON_COLUMNS]


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
