"""Settings for all tests: no time limits on shared machines, and in CI the same examples every time."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("plantwright", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("plantwright")
