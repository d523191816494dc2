"""The child process that reads Parquet: a small file of it can hold more than any memory.

It writes the names of the columns, then the cells of each row, as text.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as parquet

from podium.inputs.confined import Refused, answer
from podium.inputs.table import MAX_COLUMNS, MAX_ROW_CHARACTERS, MAX_ROWS

BATCH_ROWS = 1_000


def rows(content: bytes) -> Iterator[list[str]]:
    """Yield the columns' names, then each row; what is not known is empty."""
    pa.set_memory_pool(pa.system_memory_pool())  # others reserve more than they use
    try:
        yield from _rows(parquet.ParquetFile(pa.BufferReader(content)))
    except (MemoryError, Refused):
        raise
    except Exception as error:  # each layer of the format has errors of its own
        raise Refused(f"is not a Parquet file ({' '.join(str(error).split())})") from error


def _rows(file: parquet.ParquetFile) -> Iterator[list[str]]:
    _require_at_most(file.metadata.num_columns, MAX_COLUMNS, "columns")
    _require_at_most(file.metadata.num_rows, MAX_ROWS, "rows")
    yield list(file.schema_arrow.names)
    for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            cells = ["" if value is None else str(value) for value in values]
            _require_at_most(sum(map(len, cells)), MAX_ROW_CHARACTERS, "characters in a row")
            yield cells


def _require_at_most(n: int, most: int, what: str) -> None:
    if n > most:
        raise Refused(
            f"has more than the {most:,} {what} allowed (it has {n:,}): split it into several "
            "tables"
        )


if __name__ == "__main__":
    answer(rows)
