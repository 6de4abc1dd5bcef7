# mypy: disable-error-code="no-any-return, assignment, arg-type"
"""Random streams and the draws made from them.

A stream is xoshiro256++ (Blackman and Vigna 2019), keyed by (seed, replication, place, purpose), so adding a place
shifts no other. Exponentials come from a ziggurat of 256 layers (Marsaglia and Tsang 2000); any distribution without
its own sampler is a table of its inverse.
"""

from __future__ import annotations

import math

import numpy as np

from .handle import Handle
from .jit import compiled, inlined
from .layout import (
    T_DISCRETE,
    T_ERLANG,
    T_EXPONENTIAL,
    T_FIXED,
    T_LOGNORMAL,
    T_MIXTURE,
    T_TABLE,
    T_UNIFORM,
    T_WEIBULL,
    Floats,
    Ints,
    Words,
)
from .pointer import floor_at

UNIT = 1.0 / 9007199254740992.0  # 2**-53
R11, R17, L23, R41, L45, R19 = (np.uint64(k) for k in (11, 17, 23, 41, 45, 19))
LAYER = np.uint64(255)
TAIL = 7.69711747013104972  # where the lowest layer of the exponential ziggurat ends
AREA = 3.949659822581572e-3


def _ziggurat() -> tuple[Ints, Floats, Floats]:
    """Return thresholds (53-bit integers), widths and densities of the 256 layers."""
    x = np.empty(257)
    x[0], x[1] = AREA * math.exp(TAIL), TAIL
    for i in range(1, 255):
        x[i + 1] = -math.log(AREA / x[i] + math.exp(-x[i]))
    x[256] = 0.0
    inside = (x[1:] / x[:-1]) * 2.0**53
    return inside.astype(np.int64), x[:-1] * UNIT, np.exp(-x)


INSIDE, WIDTH, DENSITY = _ziggurat()


@inlined
def next_word(streams: Words, k: int) -> np.uint64:
    """Return the next 64 bits of stream k."""
    s0, s1, s2, s3 = streams[k, 0], streams[k, 1], streams[k, 2], streams[k, 3]
    total = s0 + s3
    word = ((total << L23) | (total >> R41)) + s0
    kept = s1 << R17
    s2 ^= s0
    s3 ^= s1
    streams[k, 1] = s1 ^ s2
    streams[k, 0] = s0 ^ s3
    streams[k, 2] = s2 ^ kept
    streams[k, 3] = (s3 << L45) | (s3 >> R19)
    return word


@inlined
def uniform(streams: Words, k: int) -> float:
    """Return a uniform number in [0, 1)."""
    return np.int64(next_word(streams, k) >> R11) * UNIT


@compiled
def _exponential_edge(streams: Words, k: int, layer: int, x: float) -> float:
    """Return the exponential whose first try fell on the edge of its layer."""
    while True:
        if layer == 0:
            return TAIL - math.log(1.0 - uniform(streams, k))
        if DENSITY[layer] + uniform(streams, k) * (DENSITY[layer + 1] - DENSITY[layer]) < math.exp(-x):
            return x
        word = next_word(streams, k)
        layer = np.int64(word & LAYER)
        place = np.int64(word >> R11)
        x = place * WIDTH[layer]
        if place < INSIDE[layer]:
            return x


@inlined
def exponential(streams: Words, k: int) -> float:
    """Return an exponential number of mean 1."""
    word = next_word(streams, k)
    layer = np.int64(word & LAYER)
    place = np.int64(word >> R11)
    x = place * WIDTH[layer]
    if place < INSIDE[layer]:
        return x
    return _exponential_edge(streams, k, layer, x)


@compiled
def normal(streams: Words, k: int) -> float:
    """Return a standard normal number by the polar method (Marsaglia and Bray 1964)."""
    while True:
        a = 2.0 * uniform(streams, k) - 1.0
        b = 2.0 * uniform(streams, k) - 1.0
        s = a * a + b * b
        if 0.0 < s < 1.0:
            return a * math.sqrt(-2.0 * math.log(s) / s)


@compiled
def _from_table(table: Floats, start: int, length: int, u: float) -> float:
    """Return the inverse distribution at u, linear between `length` equally likely knots."""
    place = u * (length - 1)
    i = min(int(place), length - 2)
    low = table[start + i]
    return low + (place - i) * (table[start + i + 1] - low)


@compiled
def _mixture(timef: Floats, d: int, streams: Words, k: int) -> float:
    """Return one of two exponentials: mean [d, 1] with probability [d, 0], else mean [d, 2]."""
    first = uniform(streams, k) < timef[d, 0]
    return exponential(streams, k) * (timef[d, 1] if first else timef[d, 2])


@compiled
def _draw_other(times: Ints, timef: Floats, table: Floats, streams: Words, d: int, k: int) -> float:  # noqa: PLR0911
    kind = times[d, 0]
    if kind == T_UNIFORM:
        return timef[d, 0] + uniform(streams, k) * (timef[d, 1] - timef[d, 0])
    if kind == T_TABLE:
        return timef[d, 0] * _from_table(table, times[d, 1], times[d, 2], uniform(streams, k))
    if kind == T_LOGNORMAL:
        return math.exp(timef[d, 0] + timef[d, 1] * normal(streams, k))
    if kind == T_ERLANG:
        total = 0.0
        for _ in range(times[d, 1]):
            total += exponential(streams, k)
        return total * timef[d, 0]
    if kind == T_WEIBULL:
        return timef[d, 0] * math.pow(exponential(streams, k), timef[d, 1])
    if kind == T_DISCRETE:
        return timef[d, 0] * table[times[d, 1] + int(uniform(streams, k) * times[d, 2])]
    if kind == T_MIXTURE:
        return _mixture(timef, d, streams, k)
    return math.inf


@inlined
def draw(times: Ints, timef: Floats, table: Floats, streams: Words, d: int, k: int) -> float:
    """Return a number of distribution row d from stream k, in hours."""
    kind = times[d, 0]
    if kind == T_FIXED:
        return timef[d, 0]
    if kind == T_EXPONENTIAL:
        return timef[d, 0] * exponential(streams, k)
    return _draw_other(times, timef, table, streams, d, k)


@compiled
def draw_time(handle: Handle, d: int, k: int) -> float:
    """Return a number of distribution row d from stream k, for use outside the kernel."""
    f = floor_at(handle)
    return draw(f.times, f.timef, f.table, f.streams, d, k)
