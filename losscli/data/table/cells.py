"""Cells of several numbers, such as predict_proba in one column → a column for each place or key."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from losscli.data.table.open import Source
from losscli.errors import DataError, Where

Parts = dict[str, tuple[str, str]]  # new column → the column of the file, and the place or key in it


def part_name(column: str, part: str | int) -> str:
    """The name of the column of a part of a cell."""
    return f"{column}_{part}"


def lengths_differ(where: Where, row: int, length: int, usual: int) -> DataError:
    """The error for a list of another length than the first. row: 1-based."""
    count = f"{length:,} value{'' if length == 1 else 's'}"
    return DataError(
        f"the list in row {row:,} has {count}, and the first has {usual:,}",
        where=where,
        advice="Each place of a list becomes a column: give all lists as many values.",
    )


def taken_apart(
    source: Source, schema: Any, batches: Iterable[Any], most: int
) -> tuple[Any, Iterator[Any], Parts]:
    """The schema and the batches of an Arrow file with a column for every part of its lists and structs of
    numbers, and where these come from.

    most: places of lists. Raises DataError where there are more, and where the lengths in a column differ.
    """
    import pyarrow as pa

    batches = iter(batches)
    if not any(has_parts(field.type) for field in schema):
        return schema, batches, {}
    lengths, held = _lengths(source, schema, batches)
    if sum(lengths.values()) > most:
        raise source.error(f"its lists have more than {most:,} places, each of which would be a column")
    parts: Parts = {}
    fields: list[Any] = []
    for field in schema:
        places = _places(field.type, lengths.get(str(field.name), 0))
        fields += [(part_name(field.name, place), type_) for place, type_ in places]
        parts |= {part_name(field.name, place): (str(field.name), place) for place, _ in places}
        if not has_parts(field.type):
            fields.append((field.name, field.type))
    made = pa.schema(fields)
    return made, _apart(source, made, chain(held, batches), lengths), parts


def _apart(source: Source, schema: Any, batches: Iterable[Any], lengths: dict[str, int]) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as is_

    rows = 0
    for batch in batches:
        batch.validate(full=True)
        arrays: list[Any] = []
        for field, array in zip(batch.schema, batch.columns, strict=True):
            if not has_parts(field.type):
                arrays.append(array)
            elif is_.is_struct(field.type):
                arrays += array.flatten()
            else:
                _check_lengths(source, str(field.name), array, lengths[str(field.name)], rows)
                arrays += [pc.list_element(array, place) for place in range(lengths[str(field.name)])]
        rows += batch.num_rows
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _check_lengths(source: Source, name: str, array: Any, usual: int, before: int) -> None:
    """Raises DataError for a list of another length than the first; before: the rows before these."""
    import pyarrow.compute as pc

    lengths = pc.list_value_length(array)
    row = pc.index(pc.not_equal(lengths, usual), True).as_py()
    if row >= 0:
        where = Where(source.shown, None, name)
        raise lengths_differ(where, before + row + 1, lengths[row].as_py(), usual)


def _lengths(source: Source, schema: Any, batches: Iterator[Any]) -> tuple[dict[str, int], list[Any]]:
    """The length of the first list of every column of lists, and the batches that were read to know them."""
    import pyarrow.compute as pc
    import pyarrow.types as is_

    unknown = {str(field.name) for field in schema if has_parts(field.type) and not is_.is_struct(field.type)}
    found: dict[str, int] = {}
    held: list[Any] = []
    while unknown and (batch := next(batches, None)) is not None:
        batch.validate(full=True)
        held.append(batch)
        source.check_unpacked(sum(one.nbytes for one in held))
        for name in sorted(unknown):
            lengths = pc.list_value_length(batch.column(name)).drop_null()
            if len(lengths):
                found[name] = lengths[0].as_py()
                unknown.remove(name)
    for name in sorted(unknown | {name for name, length in found.items() if not length}):
        raise DataError(
            "the column holds lists without a value",
            where=Where(source.shown, None, name),
            advice="Write the file without this column.",
        )
    return found, held


def has_parts(type_: Any) -> bool:
    """Whether a cell holds several numbers."""
    import pyarrow.types as is_

    if is_.is_struct(type_):
        return type_.num_fields > 0 and all(is_number(type_.field(i).type) for i in range(type_.num_fields))
    is_list = is_.is_list(type_) or is_.is_large_list(type_) or is_.is_fixed_size_list(type_)
    return is_list and is_number(type_.value_type)


def is_number(type_: Any) -> bool:
    import pyarrow.types as is_

    return bool(is_.is_integer(type_) or is_.is_floating(type_) or is_.is_decimal(type_))


def _places(type_: Any, length: int) -> list[tuple[str, Any]]:
    """The parts of a cell: names and types; none where it is one value."""
    import pyarrow.types as is_

    if not has_parts(type_):
        return []
    if is_.is_struct(type_):
        return [(type_.field(i).name, type_.field(i).type) for i in range(type_.num_fields)]
    return [(str(place), type_.value_type) for place in range(length)]
