"""DuckDB over the lake's Parquet files, through Ibis: the one place where a query is run."""

from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from threading import local
from typing import Any

from peelian.terms import StoreError

_TABLES_KEPT = 8  # views open in the engine at once, so that a server does not collect them


class Engine:
    """One connection a thread; it holds no data and no lock, so that all stores share one."""

    def __init__(self) -> None:
        self._threads = local()

    def _connection(self) -> Any:
        """The thread's connection, opened when first needed."""
        import ibis

        if not hasattr(self._threads, "connection"):
            connection = ibis.duckdb.connect()
            for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
                connection.raw_sql(f"SET {setting} = false")
            self._threads.connection = connection
            self._threads.tables, self._threads.numbers = {}, count()
        return self._threads.connection

    def read_parquet(self, paths: Sequence[Path], schema: Any) -> Any:
        """The files as one table expression, with the columns of an Arrow ``schema``.

        A column that a file lacks is null in its rows: lakes grow columns.
        """
        import ibis

        connection, names = self._connection(), tuple(str(p) for p in paths)
        tables = self._threads.tables
        if names not in tables:
            while len(tables) >= _TABLES_KEPT:
                connection.drop_view(tables.pop(next(iter(tables))).get_name())
            view = f"lake_{next(self._threads.numbers)}"
            found = connection.con.read_parquet(list(names), union_by_name=True)
            for name in set(schema.names) - set(found.columns):
                found = found.project(f'*, NULL AS "{name}"')
            found.create_view(view)
            tables[names] = ibis.table(ibis.Schema.from_pyarrow(schema), name=view)
        return tables[names]

    def run(self, expression: Any) -> Any:
        """The answer as a pyarrow Table."""
        import duckdb

        try:
            return self._connection().to_pyarrow(expression)
        except duckdb.Error as error:
            raise StoreError(
                f"reading the store failed: {error}; check its files with `Store.verify`"
            ) from error


@cache
def shared_engine() -> Engine:
    """The process has one engine."""
    return Engine()
