"""The kernel's entry points as machine code: compiled by Numba once, kept in a file, and loaded without Numba.

Loading takes some hundredths of a second, where importing Numba alone takes a quarter of one. The file's name follows
the kernel's source, the compiler and the processor, so a change of any of them compiles anew. Where no file can be
written, each process compiles for itself; that is no error.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

import llvmlite.binding as llvm

from .handle import INTERPRETED, listed
from .layout import Floor

ENTRIES: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "run": ("loop", "int64(int64, float64)", (ctypes.c_int64, ctypes.c_double)),
    "settle": ("loop", "int64(int64)", (ctypes.c_int64,)),
    "draw_time": ("streams", "float64(int64, int64, int64)", (ctypes.c_double, *[ctypes.c_int64] * 2)),
}
"""Name -> module, signature for Numba, and C type of the result and of what follows the floor."""
DIGEST_BYTES = 32
_one_at_a_time = Lock()


def run_kernel(floor: Floor, until: float) -> int:
    """Run the plant until a time in hours; see `loop.run`."""
    return int(_call("run", floor, until))


def settle_kernel(floor: Floor) -> None:
    """Bring a floor's totals up to the present; see `loop.settle`."""
    _call("settle", floor)


def draw_time(floor: Floor, d: int, k: int) -> float:
    """Return a number of distribution row d from stream k; see `streams.draw_time`."""
    return float(_call("draw_time", floor, d, k))


def _call(name: str, floor: Floor, *arguments: float) -> float:
    """Call an entry point; other threads run meanwhile."""
    if INTERPRETED:
        return _source(name)(floor, *arguments)  # type: ignore[no-any-return]
    result = ENTRIES[name][2][0]()
    tables = listed(floor)
    _machine_code()[name](ctypes.byref(result), None, tables.ctypes.data, *arguments)
    return result.value  # type: ignore[no-any-return]


def _source(name: str) -> Any:
    """Return an entry point as Numba knows it."""
    from . import loop, streams

    return getattr({"loop": loop, "streams": streams}[ENTRIES[name][0]], name)


def _machine_code() -> dict[str, Any]:
    with _one_at_a_time:
        return _loaded()


@cache
def _loaded() -> dict[str, Any]:
    """Return the entry points as C functions, from the file where there is one."""
    code = next(filter(None, map(_kept, _places())), None)
    if code is None:
        print("Compiling the simulation's kernel, once on this machine; this takes about a minute.", file=sys.stderr)
        code = _compiled()
        any(_keep(code, place) for place in _places())
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _processor())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    functions: dict[str, Any] = {"engine": engine}  # which owns the code
    for name, (_, _, (result, *rest)) in ENTRIES.items():
        kind = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.POINTER(result), ctypes.c_void_p, ctypes.c_int64, *rest)
        functions[name] = kind(engine.get_function_address(name))
    return functions


def _compiled() -> bytes:
    """Return the machine code of all entry points as an object file."""
    whole = llvm.parse_assembly("")
    for name, (_, signature, _) in ENTRIES.items():
        source = _source(name)
        source.compile(signature)
        (compiled,) = source.overloads.values()
        text = source.inspect_llvm(compiled.signature.args)
        whole.link_in(llvm.parse_assembly(text.replace(compiled.fndesc.llvm_func_name, name)))
    return bytes(_processor().emit_object(whole))


def _processor() -> llvm.TargetMachine:
    """Return the processor of this machine as a target; an engine owns the one that it is given."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=3, reloc="default", codemodel="jitdefault"
    )


@cache
def _stamp() -> str:
    """Return a digest of all that the machine code follows from."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), llvm.get_process_triple()
    digest.update(repr((version("numba"), version("llvmlite"), sys.version_info[:2], processor)).encode())
    return digest.hexdigest()[:16]


def _places() -> Iterator[Path]:
    """Yield where the file may lie, in order: the folder that is set, beside the source, the user's cache."""
    if "NUMBA_CACHE_DIR" in os.environ:
        yield Path(os.environ["NUMBA_CACHE_DIR"]) / f"kernel-{_stamp()}.bin"
    yield Path(__file__).parent / "__pycache__" / f"kernel-{_stamp()}.bin"
    with suppress(RuntimeError):  # there is no home
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        yield home / "plantwright" / f"kernel-{_stamp()}.bin"


def _kept(path: Path) -> bytes | None:
    """Return the machine code in a file; None where it is not there or not whole."""
    try:
        digest, code = (whole := path.read_bytes())[:DIGEST_BYTES], whole[DIGEST_BYTES:]
    except OSError:
        return None
    return code if hashlib.sha256(code).digest() == digest else None


def _keep(code: bytes, path: Path) -> bool:
    """Return whether the machine code could be written to a file, which appears whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(code).digest() + code)
        Path(file.name).replace(path)
    except OSError:
        return False
    return True
