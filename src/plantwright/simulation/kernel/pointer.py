# mypy: disable-error-code="attr-defined, no-untyped-call, override, import-untyped, misc, assignment, arg-type"
"""How Numba compiles access to the floor behind its pointer: `floor.table[row, column]` is a single load or store.

No index wraps around, no reference is counted, and the compiler is told that no table overlaps another. With the
compiler off nothing of this is used.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import from_dtype, types
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

from .handle import COLUMNS, INTERPRETED, TABLES, WORDS_PER_TABLE, axes_of
from .layout import Floor

WORD = ir.IntType(64)


class TableType(types.Type):
    """A table of the floor: the kind of its elements, its number of axes, and its columns where they are known (else
    0).
    """

    def __init__(self, table: str, index: int, dtype: types.Type) -> None:
        self.index, self.dtype = index, dtype
        self.axes = axes_of(table)
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


POINTED = {name: TableType(name, i, from_dtype(kind)) for i, (name, kind) in enumerate(TABLES.items())}


@infer_getattr
class _FloorAttributes(AttributeTemplate):
    key = FloorType

    def generic_resolve(self, _floor: FloorType, name: str) -> TableType | None:
        return POINTED.get(name)


@infer_getattr
class _TableAttributes(AttributeTemplate):
    key = TableType

    def resolve_shape(self, table: TableType) -> types.Type:
        return types.UniTuple(types.intp, table.axes)


def _lower_table(name: str) -> None:
    """Have the compiler turn `floor.name` into the pointer to that table's entry."""
    offset = POINTED[name].index * WORDS_PER_TABLE

    @lower_getattr(FloorType, name)
    def entry_of(_context: Any, builder: Any, _type: FloorType, floor: Any) -> Any:
        return builder.bitcast(builder.gep(_words(builder, floor), [WORD(offset)]), cgutils.voidptr_t)


for _name in POINTED:
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
def _floor_at(_context: Any, address: types.Integer) -> Any:
    def generate(_context: Any, builder: Any, _sig: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return FloorType()(address), generate


def _itself(floor: Any) -> Any:
    return floor


floor_at: Callable[[Any], Floor] = _itself if INTERPRETED else _floor_at
"""Returns the floor whose list of tables lies at an address; with the compiler off, the floor that it is given."""
