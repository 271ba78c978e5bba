"""Arrays as arguments: columns of a table, and their names in place of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from losscli.errors import UsageError
from losscli.spec import number_text

DATA = "data"  # what a table in memory is called, where it has no name
COLUMNS = ("fold_column", "by", "time", "group", "weights", "id", "target")  # that an array may stand for
_CALLED = {"target": "y_true"}  # what it is called then, where it has no name and not that of the flag


def names_of(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the options with names in place of arrays, the arrays by these names)."""
    told, columns, added = dict(options), dict[str, Any](), dict[str, Any]()
    pred = told.get("pred")
    if isinstance(pred, Mapping) or (_is_array(pred) and not _are_names(pred)):
        every = pred if isinstance(pred, Mapping) else {"model1": pred}
        for name, one in every.items():
            added |= _model(str(name), one, options)
        told["pred"] = [str(name) for name in every]
    for name in COLUMNS:
        if _is_array(told.get(name)):
            own = getattr(told[name], "name", None)
            called = own if isinstance(own, str) and own and own not in added else _CALLED.get(name, name)
            columns = {called: told[name]} | columns
            told[name] = called
    return told, columns | added


def _model(name: str, values: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the predictions of a model: one, or one of each class, as `predict_proba` gives them."""
    shape: tuple[int, ...] = getattr(values, "shape", ())
    if len(shape) != 2:
        return {name: values}
    import numpy as np

    array = np.asarray(values)
    labels = list(_labels(options)) if shape[1] > 1 else []
    if shape[1] > 1 and len(labels) != shape[1]:
        raise UsageError(
            f"--pred {name}: {shape[1]} columns for {len(labels)} classes",
            advice="Name the class of every column, in their order, with --classes",
        )
    names = [f"{name}_prob_{label}" for label in labels] or [name]
    return {own: array[:, place] for place, own in enumerate(names)}


def _labels(options: Mapping[str, Any]) -> Iterator[str]:
    """The classes in their order: as said, else those of the target, sorted, as scikit-learn has them."""
    said, target = options.get("classes"), options.get("target")
    if said is not None:
        yield from (label.strip() for label in said.split(",")) if isinstance(said, str) else map(str, said)
    elif _is_array(target):
        import numpy as np

        for label in np.unique(np.asarray(target)).tolist():
            yield number_text(label) if isinstance(label, float) else str(label)


def _are_names(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(one, str) for one in values)


def _is_array(value: Any) -> bool:
    """Whether it is a column of values, and no name."""
    known = hasattr(value, "__array__") or hasattr(value, "__arrow_c_array__")
    return known or isinstance(value, list | tuple)


def table_beside(data: tuple[Any, ...], columns: dict[str, Any]) -> tuple[Any, ...]:
    """One table of the columns, behind those of the table that is given, if one is. Raises TypeError beside
    several tables, or a file."""
    from losscli.data.table.frames import arrow_of

    if len(data) > 1 or (data and isinstance(data[0], str | Path)):
        raise TypeError("arrays stand beside one table in memory; give the name of a column, or the table")
    if not data:
        return (columns,)
    shape: tuple[int, ...] = getattr(data[0], "shape", ())
    names = [f"x{place}" for place in range(1, shape[-1] + 1)] if len(shape) == 2 else []
    first, added = arrow_of(data[0], DATA, names), arrow_of(columns, DATA, ())
    if first.num_rows != added.num_rows:
        raise UsageError(f"the table has {first.num_rows:,} rows, and the arrays have {added.num_rows:,}")
    for name in added.column_names:
        if name in first.column_names:
            raise UsageError(f"the table has a column {name!r} already", advice="Give its name, and no array")
        first = first.append_column(name, added.column(name))
    return (first,)
