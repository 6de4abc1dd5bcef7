# mypy: disable-error-code="attr-defined, no-untyped-call, override, import-untyped, misc, assignment"
"""How the compiled kernel sees the floor: one pointer to a list of its tables, instead of sixty arrays by value.

Passed by value, the arrays' addresses and shapes would fill every call and take Numba many minutes to compile. Behind
the pointer, `floor.table[row, column]` is a single load or store: no wrapping of negative indices, no count of
references, and the compiler is told that no table overlaps another. With the compiler off nothing of this is used: the
kernel's functions then take the `Floor` itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, get_type_hints

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, Signature, infer_global, signature
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_getattr,
    models,
    register_model,
)
from numpy.typing import NDArray

from . import layout as at
from .layout import Floats, Floor, Ints, Words

WORDS_PER_TABLE = 4  # address and up to three extents
WORD = ir.IntType(64)
COLUMNS = {
    "ops": at.O_COLUMNS, "opf": at.OF_COLUMNS, "outcomes": 4, "outcomef": 3, "uses": 3, "centref": 1,
    "centres": at.W_COLUMNS,
    "stations": at.S_COLUMNS, "stationf": 4, "stocks": at.K_COLUMNS, "stockf": at.KF_COLUMNS,
    "resources": 1, "resourcef": 4, "sources": 9,
    "sourcef": 2, "exits": 3, "demands": 4, "demandf": 4, "pools": 5, "orders": 3, "orderf": 2, "line": 2, "linef": 2,
    "times": 3, "timef": 3, "streams": 4, "slots": 2, "units": 8, "unitf": at.UF_COLUMNS, "trace": 4, "tracef": 2,
}  # fmt: skip
"""Extent of the second axis where it is the same for every network."""
OPEN_COLUMNS = {"wait_hours", "account", "snapshot", "stock_hours", "resource_hours", "shipped", "arrived", "late"}
BY_PERIOD = {"state_hours", "counts", "flow"}


class TableType(types.Type):
    """A table of the floor: the kind of its elements, its number of axes, and its columns where they are known (else
    0).
    """

    def __init__(self, table: str, index: int, dtype: types.Type) -> None:
        self.index, self.dtype = index, dtype
        self.axes = 3 if table in BY_PERIOD else 2 if table in COLUMNS or table in OPEN_COLUMNS else 1
        self.columns = COLUMNS.get(table, 0)
        self.table = table
        super().__init__(name=f"Table({table})")


class FloorType(types.Type):
    """The type of a pointer to the list of a floor's tables."""

    def __init__(self) -> None:
        super().__init__(name="Floor")


@register_model(FloorType)
class _FloorModel(models.OpaqueModel):
    """An opaque pointer to the list."""


@register_model(TableType)
class _TableModel(models.OpaqueModel):
    """An opaque pointer to the table's entry in the list."""


_ELEMENT = {Ints: types.int64, Floats: types.float64, Words: types.uint64}
TABLES = {name: TableType(name, i, _ELEMENT[hint]) for i, (name, hint) in enumerate(get_type_hints(Floor).items())}


@infer_getattr
class _FloorAttributes(AttributeTemplate):
    key = FloorType

    def generic_resolve(self, _floor: FloorType, name: str) -> TableType | None:
        return TABLES.get(name)


@infer_getattr
class _TableAttributes(AttributeTemplate):
    key = TableType

    def resolve_shape(self, table: TableType) -> types.Type:
        return types.UniTuple(types.intp, table.axes)


def _lower_table(name: str) -> None:
    """Have the compiler turn `floor.name` into the pointer to that table's entry."""
    offset = TABLES[name].index * WORDS_PER_TABLE

    @lower_getattr(FloorType, name)
    def entry_of(_context: Any, builder: Any, _type: FloorType, floor: Any) -> Any:
        return builder.bitcast(builder.gep(_words(builder, floor), [WORD(offset)]), cgutils.voidptr_t)


for _name in TABLES:
    _lower_table(_name)


@lower_getattr(TableType, "shape")
def _get_shape(context: Any, builder: Any, table: TableType, entry: Any) -> Any:
    extents = [_read(builder, entry, 1 + axis) for axis in range(table.axes)]
    return context.make_tuple(builder, types.UniTuple(types.intp, table.axes), extents)


def _words(builder: Any, pointer: Any) -> Any:
    return builder.bitcast(pointer, WORD.as_pointer())


def _read(builder: Any, entry: Any, k: int) -> Any:
    """Return a word of a table's entry; the list never changes while the kernel runs."""
    value = builder.load(builder.gep(_words(builder, entry), [WORD(k)]))
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def _place(context: Any, builder: Any, table: TableType, entry: Any, index_type: types.Type, index: Any) -> Any:
    """Return the pointer to an element of a table."""
    kinds = index_type.types if isinstance(index_type, types.BaseTuple) else [index_type]
    parts = cgutils.unpack_tuple(builder, index, len(kinds)) if isinstance(index_type, types.BaseTuple) else [index]
    parts = [context.cast(builder, part, kind, types.intp) for part, kind in zip(parts, kinds, strict=True)]
    offset = parts[0]
    for axis, part in enumerate(parts[1:], start=1):
        extent = WORD(table.columns) if table.columns else _read(builder, entry, 1 + axis)
        offset = builder.add(builder.mul(offset, extent), part)
    base = builder.inttoptr(_read(builder, entry, 0), context.get_value_type(table.dtype).as_pointer())
    return builder.gep(base, [offset])


def _apart(builder: Any, access: Any, table: TableType) -> None:
    """Tell the compiler that this access touches its own table alone (type-based alias analysis)."""
    module = builder.module
    root = module.add_metadata([ir.MetaDataString(module, "plantwright")])
    kind = module.add_metadata([ir.MetaDataString(module, table.table), root, WORD(0)])
    access.set_metadata("tbaa", module.add_metadata([kind, kind, WORD(0)]))


def _is_index(table: types.Type, index: types.Type) -> bool:
    if not isinstance(table, TableType):
        return False
    kinds = tuple(index.types) if isinstance(index, types.BaseTuple) else (index,)
    return len(kinds) == table.axes and all(isinstance(kind, types.Integer) for kind in kinds)


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, _kws: Any) -> Signature | None:
        return signature(args[0].dtype, *args) if _is_index(args[0], args[1]) else None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args: Any, _kws: Any) -> Signature | None:
        return signature(types.none, args[0], args[1], args[0].dtype) if _is_index(args[0], args[1]) else None


@lower_builtin(operator.getitem, TableType, types.BaseTuple)
@lower_builtin(operator.getitem, TableType, types.Integer)
def _load(context: Any, builder: Any, sig: Signature, args: Any) -> Any:
    value = builder.load(_place(context, builder, sig.args[0], args[0], sig.args[1], args[1]))
    _apart(builder, value, sig.args[0])
    return value


@lower_builtin(operator.setitem, TableType, types.BaseTuple, types.Any)
@lower_builtin(operator.setitem, TableType, types.Integer, types.Any)
def _store(context: Any, builder: Any, sig: Signature, args: Any) -> Any:
    place = _place(context, builder, sig.args[0], args[0], sig.args[1], args[1])
    value = context.cast(builder, args[2], sig.args[2], sig.args[0].dtype)
    _apart(builder, builder.store(value, place), sig.args[0])
    return context.get_dummy_value()


@intrinsic
def _floor_at(_context: Any, pointers: types.Array) -> Any:
    def generate(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        array = context.make_array(sig.args[0])(context, builder, arguments[0])
        return builder.bitcast(array.data, cgutils.voidptr_t)

    return FloorType()(pointers), generate


def _itself(floor: Any) -> Any:
    return floor


floor_at: Callable[[Any], Floor] = _itself if config.DISABLE_JIT else _floor_at
"""Returns the floor whose tables an array of pointers lists; with the compiler off, the floor that it is given."""


def handle_of(floor: Floor) -> NDArray[np.int64] | Floor:
    """Return what the kernel's entry points take: the list of a floor's tables, address and extents of each.

    The floor must outlive the use of the list. With the compiler off it is the floor itself.
    """
    if config.DISABLE_JIT:
        return floor
    rows = np.ones((len(floor), WORDS_PER_TABLE), dtype=np.int64)
    for row, (name, array) in zip(rows, floor._asdict().items(), strict=True):
        kind = TABLES[name]
        fits = array.ndim == kind.axes and array.dtype == np.dtype(str(kind.dtype)) and array.flags.c_contiguous
        if not fits or (kind.columns and array.shape[1] != kind.columns):
            raise TypeError(
                f"table {name} must be C-contiguous {kind.dtype} with {kind.axes} axes, {kind.columns} columns"
            )
        row[0] = array.ctypes.data
        row[1 : 1 + array.ndim] = array.shape
    return rows
