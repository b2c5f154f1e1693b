"""Files to text cells: one table `stage.raw_<table>` each, every cell text, rows numbered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tools.errors import BadInput
from tools.sources import sqltext
from tools.sources.csvtext import MAX_ROW, plain_csv
from tools.sources.header import header_names
from tools.tables import Table, tables


@dataclass(frozen=True)
class Staged:
    """A table as text cells: `columns` are those of the file, canonical names where known.

    `raw` is the table of numbered rows; `wide`, where there is one, holds rows that have more
    cells than the header, as row number and JSON.
    """

    table: Table
    file: str
    columns: tuple[str, ...]
    raw: str
    wide: str | None = None

    @property
    def extra(self) -> tuple[str, ...]:
        """Columns of the file that the canonical table does not have."""
        return tuple(c for c in self.columns if c not in self.table.columns)


def _create(
    connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], file: Path
) -> None:
    types = ", ".join(f"{sqltext.text(c)}: 'VARCHAR'" for c in columns)
    connection.execute(
        f"CREATE TABLE {table} AS SELECT * REPLACE (_row::BIGINT AS _row) "
        f"FROM read_csv({sqltext.path(file)}, auto_detect = false, header = false, delim = ',', "
        f"quote = '\"', escape = '\"', new_line = '\\r\\n', parallel = false, "
        f"max_line_size = {8 * MAX_ROW}, buffer_size = {32 * MAX_ROW}, columns = {{{types}}})"
    )


def stage_csv(
    connection: duckdb.DuckDBPyConnection, table: Table, file: Path, folder: Path
) -> Staged:
    """Bring one CSV file to text cells; `folder` takes files that are removed again.

    Raises:
        BadInput: see `plain_csv`.
    """
    plain = plain_csv(table, file, folder)
    columns = plain.header
    raw, wide = f"stage.raw_{table.name}", None
    _create(connection, raw, ("_row", *columns), plain.rows)
    if plain.wide.stat().st_size:
        wide = f"stage.wide_{table.name}"
        _create(connection, wide, ("_row", "raw"), plain.wide)
    plain.rows.unlink()
    plain.wide.unlink()
    return Staged(table, file.name, columns, raw, wide)


def typed_cell(column: str, stored: str, wanted: str) -> str:
    """The expression that writes a typed cell as the text that `cells` reads."""
    cell = sqltext.name(column)
    if stored in ("DOUBLE", "FLOAT"):
        plain = f"CASE WHEN isfinite({cell}) THEN TRY_CAST({cell}::VARCHAR AS DECIMAL(38,12)) END"
        shown = f"CASE WHEN {cell}::VARCHAR LIKE '%e%' THEN {plain}::VARCHAR END"
        return f"coalesce({shown}, regexp_replace({cell}::VARCHAR, '\\.0$', ''))"
    if stored.startswith("TIMESTAMP WITH"):
        return f"timezone('UTC', {cell})::VARCHAR || '+00:00'"
    if stored.startswith("TIMESTAMP") and wanted == "date":
        day = f"date_trunc('day', {cell})"
        return f"CASE WHEN {cell} = {day} THEN {cell}::DATE::VARCHAR ELSE {cell}::VARCHAR END"
    return f"{cell}::VARCHAR"


def stage_query(
    connection: duckdb.DuckDBPyConnection, table: Table, file: str, query: str
) -> Staged:
    """Bring the typed rows of a query to text cells; its column `_row` numbers them.

    Raises:
        BadInput: a cell is over `MAX_ROW`, or see `header_names`.
        duckdb.Error: the query fails.
    """
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    found = [(row[0], row[1]) for row in described if row[0] != "_row"]
    columns = header_names(table, file, [column for column, _ in found])
    wanted = [table.columns[c].type if c in table.columns else "text" for c in columns]
    cells = ", ".join(
        f"{typed_cell(source, stored, kind)} AS {sqltext.name(column)}"
        for (source, stored), kind, column in zip(found, wanted, columns, strict=True)
    )
    staged = Staged(table, file, columns, f"stage.raw_{table.name}")
    connection.execute(f"CREATE TABLE {staged.raw} AS SELECT _row, {cells} FROM ({query})")
    refuse_long_cells(connection, staged)
    return staged


def stage_parquet(connection: duckdb.DuckDBPyConnection, table: Table, file: Path) -> Staged:
    """Bring one Parquet file to text cells; its first row is row 1.

    Raises:
        BadInput: it is no Parquet file; or see `stage_query`.
    """
    query = (
        "SELECT file_row_number + 1 AS _row, * EXCLUDE (file_row_number) "
        f"FROM read_parquet({sqltext.path(file)}, file_row_number = true)"
    )
    try:
        return stage_query(connection, table, file.name, query)
    except duckdb.Error as error:
        raise BadInput(f"{file.name} cannot be read as Parquet") from error


def refuse_long_cells(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Raise BadInput where a cell is longer than a row may be."""
    longest = ", ".join(f"max(length({sqltext.name(c)}))" for c in staged.columns)
    row = connection.execute(f"SELECT {longest} FROM {staged.raw}").fetchone() or ()
    for column, length in zip(staged.columns, row, strict=False):
        if length is not None and length > MAX_ROW:
            raise BadInput(f"{staged.file}: a cell of {column} is over {MAX_ROW:,} characters")


def stage_folder(
    connection: duckdb.DuckDBPyConnection, files: dict[str, Path], folder: Path
) -> list[Staged]:
    """Bring all files of a canonical folder to text cells."""
    return [
        stage_parquet(connection, tables()[table], file)
        if file.suffix.lower() == ".parquet"
        else stage_csv(connection, tables()[table], file, folder)
        for table, file in files.items()
    ]
