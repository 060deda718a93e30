"""How long ``landsweep report`` takes as a whole process, how large its page is, and how a Chromium opens it.

``python benchmarks/page.py`` prints all; the browser's part needs playwright and a Chromium, and is left out elsewhere.

A run of 200 landscapes of 41 x 41 points is made first (``--members``, ``--points``), of a loss of two weights with as
many minima as the shipped study has, with a quality, two representations, and relations over 20 models. ``--keep FILE``
keeps the page.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROBLEM = """
import torch


class Waves:
    def __init__(self, beta=1.0):
        self.beta = beta

    def build(self, seed):
        torch.manual_seed(seed)
        return torch.nn.Linear(4, 4)

    def batches(self, split="train", draw=0):
        yield torch.ones(1, 4)

    def loss(self, model, batch):
        w = model.weight
        return (w**2).mean() + 1 + 0.02 * self.beta * torch.cos(9 * w).sum() * torch.cos(7 * w[0]).sum()

    def train(self, model, seed):
        return model

    def quality(self, model):
        return {"error": float(model.weight.abs().sum()) * self.beta}
"""
STUDY = """
name: waves
problem: {{path: "waves.py:Waves"}}
sweep: {{beta: {betas}, seed: [0], direction_seed: {seeds}}}
subspaces: {{random: {{kind: random, range: [-3, 3]}}}}
grid: {{dims: 2, points: {points}}}
evaluation: {{strategy: batched, batch: 1024}}
topology: {{connectivity: [moore, knn]}}
report: {{figures: false, page: false}}
"""
MODELS = 20


WATCH = """
Object.assign(window, { tasks: [], sorted: null });
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: "longtask", buffered: true });
const drawn = (then) => requestAnimationFrame(() => setTimeout(then));
const wait = new MutationObserver(() => {
  const head = document.querySelectorAll("#table thead button")[3];
  if (!head) return;
  wait.disconnect();
  setTimeout(() => {
    head.click();
    drawn(() => { window.sorted = [performance.now(), document.querySelector("#table th[aria-sort]") !== null] });
  });
});
wait.observe(document, { childList: true, subtree: true });
"""
"""Clicks on a head of the table as soon as there is one, and notes when the sorted table is drawn."""
POINT = """async () => {
  const tree = document.querySelector(".tree"), box = tree.getBoundingClientRect(), found = [];
  for (let k = 0; k < 60; k++) {
    const began = performance.now();
    const clientX = box.left + (0.3 + 0.01 * k) * box.width, clientY = box.top + box.height / 2;
    tree.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    found.push(performance.now() - began);
  }
  return found;
}"""
"""Points at branches one after another; how long each takes until the next picture of the screen is drawn."""


def opened(page: Path, repeats: int) -> None:
    """Print how long a Chromium needs to open a page, to sort its table and to light a branch, and how much memory."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        print("no browser here")
        return
    first, longest, heap, lit = [], [], [], []
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for _ in range(repeats):
            with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
                tab = context.new_page()
                tab.add_init_script(WATCH)
                tab.goto(page.as_uri())
                tab.wait_for_selector(".explorer[data-ready]")
                time.sleep(8)  # landscapes out of sight come meanwhile
                at, done = tab.evaluate("sorted")
                assert done, "the click did not sort the table"
                first.append(at / 1000)
                longest.append(max(tab.evaluate("tasks"), default=0))
                heap.append(tab.evaluate("performance.memory.usedJSHeapSize") / 1e6)
                tab.locator(".tree").scroll_into_view_if_needed()
                lit += tab.evaluate(POINT)
        browser.close()
    spread = f"{min(first):.2f} to {max(first):.2f}"
    print(f"the table is sorted {statistics.median(first):.2f} s after the page was asked for ({spread})")
    print(f"longest task {statistics.median(longest):.0f} ms ({min(longest):.0f} to {max(longest):.0f})")
    print(f"memory of its program {max(heap):.0f} MB")
    most = sorted(lit)[len(lit) * 95 // 100]
    print(f"a branch is lit after {statistics.median(lit):.0f} ms (median; 95 of 100 within {most:.0f} ms)")


def landsweep(*words: str | Path) -> tuple[float, float, float]:
    """Run a command; return its seconds on the wall and on the CPU, and its greatest memory so far in MB."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "landsweep", *map(str, words)]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True, capture_output=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--points", type=int, default=41)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    betas = [float(k + 1) for k in range(min(MODELS, options.members))]
    seeds = list(range(options.members // len(betas)))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "waves.py").write_text(PROBLEM)
        (place / "study.yaml").write_text(STUDY.format(betas=betas, seeds=seeds, points=options.points))
        print(f"run made in {landsweep('run', place / 'study.yaml', '--out', place / 'run')[0]:.0f} s", flush=True)
        found = [landsweep("report", place / "run") for _ in range(options.repeats)]
        page = place / "run" / "report" / "index.html"
        wall, cpu, memory = zip(*found, strict=True)
        print(f"{len(betas) * len(seeds)} landscapes of {options.points} x {options.points} points")
        print(f"wall {statistics.median(wall):.1f} s ({min(wall):.1f} to {max(wall):.1f})")
        print(f"CPU {statistics.median(cpu):.1f} s ({min(cpu):.1f} to {max(cpu):.1f})")
        print(f"{page.stat().st_size / 1e6:.2f} MB; memory of the largest process {max(memory):.0f} MB")
        opened(page, options.repeats)
        if options.keep:
            shutil.copy(page, options.keep)


if __name__ == "__main__":
    main()
