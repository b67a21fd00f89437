"""Rows of a table for which a condition in SQL holds."""

from typing import Any

from peelian.terms import ParameterError


def filter_rows(table: Any, where: str) -> Any:
    """The rows of a pyarrow Table for which an SQL condition holds, in their order.

    The engine may read nothing but this table: no file, no network.

    Raises
    ------
    ParameterError
        If the condition is not SQL, or names a column that is not there.
    """
    import duckdb

    connection = duckdb.connect(config={"enable_external_access": False})
    try:
        connection.register("rows", table)
        relation = connection.table("rows").filter(where)
        return relation.to_arrow_table()
    except duckdb.Error as error:
        columns = ", ".join(table.column_names)
        raise ParameterError(
            f"--where {where!r}: {str(error).splitlines()[0]}; the columns are {columns}"
        ) from None
    finally:
        connection.close()
