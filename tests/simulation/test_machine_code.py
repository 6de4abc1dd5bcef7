"""The kernel's machine code: compiled once and said so, kept whole or not at all, loaded without the compiler."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from plantwright.simulation.kernel import compiled


@pytest.fixture(scope="module")
def code() -> bytes:
    compiled._loaded()
    return next(filter(None, map(compiled._kept, compiled._places())))


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch, code: bytes) -> list[int]:
    """Forget what is kept, have the compiler answer at once, and count how often it is asked."""
    asked: list[int] = []
    monkeypatch.setattr(compiled, "_compiled", lambda: asked.append(1) or code)
    return asked


def test_the_first_start_says_that_it_compiles_once_and_the_second_finds_the_file(
    anew: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compiled, "_places", lambda: iter([tmp_path / "new" / "kernel.bin"]))
    assert set(compiled._loaded.__wrapped__()) >= {"run", "settle", "draw_time"}
    assert "once on this machine" in capsys.readouterr().err
    compiled._loaded.__wrapped__()
    assert capsys.readouterr().err == ""
    assert anew == [1]


def test_a_folder_that_cannot_be_written_is_no_error(
    anew: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(compiled, "_places", lambda: iter([tmp_path / "file" / "kernel.bin"]))
    for _ in range(2):
        assert "run" in compiled._loaded.__wrapped__()
    assert anew == [1, 1]


def test_where_the_first_folder_cannot_be_written_the_next_one_is_taken(
    anew: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    places = [tmp_path / "file" / "kernel.bin", tmp_path / "cache" / "kernel.bin"]
    monkeypatch.setattr(compiled, "_places", lambda: iter(places))
    for _ in range(2):
        compiled._loaded.__wrapped__()
    assert anew == [1]


def test_a_damaged_file_is_compiled_anew(
    anew: list[int], code: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kernel.bin"
    monkeypatch.setattr(compiled, "_places", lambda: iter([path]))
    assert compiled._keep(code, path)
    whole = path.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole[:-1] + bytes([whole[-1] ^ 1])):
        path.write_bytes(damaged)
        compiled._loaded.__wrapped__()
        assert path.read_bytes() == whole
    assert anew == [1, 1, 1]
    assert [file.name for file in tmp_path.iterdir()] == ["kernel.bin"]


def test_a_change_of_the_source_or_the_compiler_compiles_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = compiled._stamp.__wrapped__()
    assert before == compiled._stamp.__wrapped__()
    monkeypatch.setattr(compiled, "version", lambda package: f"another {package}")
    assert compiled._stamp.__wrapped__() != before


def test_a_network_starts_without_the_compiler_and_the_programme(code: bytes) -> None:
    """What makes the start take a fifth of a second: neither Numba nor the programme's libraries are imported."""
    lines = (
        "import sys",
        "from plantwright.simulation import Network, Run, lay_out",
        "from plantwright.simulation.network import Operation, Route, Source, WorkCentre",
        "from plantwright.simulation.times import Exponential",
        "route = Route('part', (Operation('turn', 'lathe', Exponential(0.9)),))",
        "plant = Network((WorkCentre('lathe'),), (route,), sources=(Source('part', Exponential(1.0)),))",
        "assert Run(lay_out(plant), 1).advance(100.0).events > 100",
        "print(sorted({'numba', 'scipy', 'polars', 'pydantic'} & set(sys.modules)))",
    )
    answer = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True, timeout=300
    )
    assert answer.stdout.strip() == "[]"
