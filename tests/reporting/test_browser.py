"""The report in a real browser, wide and narrow, light and dark: it opens alone, fits, and nothing overlaps."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from plantwright.model.read import load
from plantwright.reporting import write

selenium = pytest.importorskip("selenium.webdriver")

EXAMPLES = Path(__file__).parents[2] / "examples"
SIZES = {"wide": (1400, 1000), "phone": (380, 800)}
SECTIONS = [
    "answer", "compute", "conversion", "standing", "risk", "ramp", "limits", "demand", "money", "assumptions", "tables",
]  # fmt: skip
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip
OVERFLOWING = """
const wide = document.documentElement.clientWidth, found = [];
for (const e of document.querySelectorAll("body *")) {
  if (e.closest(".scroll, svg, script, style, noscript")) continue;
  const r = e.getBoundingClientRect();
  if (r.width && r.right > wide + 1) found.push(e.tagName + "." + e.className + " " + Math.round(r.right));
}
return [document.documentElement.scrollWidth, wide, found.slice(0, 5)];
"""
OVERLAPPING = """
const boxes = [...document.querySelectorAll("h1, h2, h3, figure, .card, .scroll, summary, .answer li")]
  .map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width && r.height);
const found = [];
for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
  const [a, p] = boxes[i], [b, q] = boxes[j];
  if (a.contains(b) || b.contains(a)) continue;
  const x = Math.min(p.right, q.right) - Math.max(p.left, q.left);
  const y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
  if (x > 1 && y > 1) found.push([a.tagName, a.textContent.slice(0, 30), b.tagName, b.textContent.slice(0, 30)]);
}
return found.slice(0, 5);
"""
DRAW_ALL = """
const end = arguments[0];
plantwright.drawAll().then(() => requestAnimationFrame(() => end("")), error => end(String(error)));
"""
CLIPPED = """
const found = [];
for (const plot of document.querySelectorAll(".plot")) {
  const box = plot.getBoundingClientRect();
  for (const t of plot.querySelectorAll("svg text")) {
    const r = t.getBoundingClientRect();
    if (r.width && t.textContent.trim() && (r.left < box.left - 2 || r.right > box.right + 2))
      found.push(plot.dataset.figure + ": " + t.textContent.slice(0, 40));
  }
}
return found.slice(0, 5);
"""


@pytest.fixture(scope="module")
def driver(tmp_path_factory) -> Iterator[object]:
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        reason = f"{' and '.join(missing)} missing: install Debian's packages chromium and chromium-driver"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    options = selenium.ChromeOptions()
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(argument)
    options.binary_location = str(shutil.which("chromium"))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = selenium.ChromeService(str(shutil.which("chromedriver")))
    browser = selenium.Chrome(options=options, service=service)
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def report(make, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "ohio"
    write(make(load(EXAMPLES / "ohio"), 40), folder)
    return folder / "report.html"


def opened(driver, page: Path, size: str, scheme: str) -> None:
    """Open a page at a size and colour scheme, and draw every figure of it."""
    driver.get("about:blank")  # a page still open would draw itself again
    width, height = SIZES[size]
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    driver.get_log("performance")
    driver.get_log("browser")
    driver.get(page.as_uri())
    driver.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert driver.execute_async_script(DRAW_ALL) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_report_reads_well(driver, report, size, scheme):
    opened(driver, report, size, scheme)
    assert [entry for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    asked = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
    assert [url for url in urls if not url.startswith(("file:", "data:", "blob:"))] == []
    assert [s.get_attribute("id") for s in driver.find_elements("css selector", "main > section")] == SECTIONS
    scroll_width, wide, overflowing = driver.execute_script(OVERFLOWING)
    assert overflowing == []
    assert scroll_width <= wide
    assert driver.execute_script(OVERLAPPING) == []
    assert driver.execute_script(CLIPPED) == []
    drawn = driver.execute_script("return [...document.querySelectorAll('.plot')].map(p => !!p.querySelector('svg'))")
    assert drawn
    assert all(drawn)


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")])
def test_figures_follow_the_colour_scheme(driver, small, tmp_path, scheme, paper):
    write(small, tmp_path / "out")
    opened(driver, tmp_path / "out" / "report.html", "wide", scheme)
    assert driver.execute_script("return getComputedStyle(document.body).backgroundColor") == paper
    text = driver.execute_script("return getComputedStyle(document.querySelector('.plot .legendtext')).fill")
    assert sum(map(int, text[4:-1].split(","))) * (1 if scheme == "dark" else -1) > (600 if scheme == "dark" else -150)


def test_a_hostile_programme_runs_nothing(driver, small, make, tmp_path):
    from dataclasses import replace

    bad = "<img src=x onerror=\"document.title='broken in'\"><b>"
    parties = tuple(p.model_copy(update={"name": bad}) for p in small.programme.parties)
    tasks = tuple(replace(t, name=bad, area=bad) for t in small.programme.tasks)
    write(make(replace(small.programme, name="Safe", parties=parties, tasks=tasks)), tmp_path / "out")
    opened(driver, tmp_path / "out" / "report.html", "wide", "light")
    assert driver.title == "Safe: report"
    assert driver.find_elements("css selector", "img") == []
