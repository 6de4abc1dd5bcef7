"""Plantwright turns an existing plant into an AI-server factory.

It schedules the conversion, plans what to buy, build and ship, simulates what will really happen and settles who pays and
who earns, all from one model of the programme. The public names are gathered here; each part lives in its own package.
"""

from __future__ import annotations

__version__ = "0.1.0"
