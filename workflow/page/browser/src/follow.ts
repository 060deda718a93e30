/** Sections follow the chosen run and, while runs go on, its changes. */

import type { RunPage } from "./payload";
import type { View } from "./view";

/** Return the run whose sections are shown. */
export function shownRun(view: View): RunPage {
  const { runs } = view.page.get();
  return runs[Math.min(view.run.get(), runs.length - 1)];
}

/** Return what each run is called: its name, with its directory where others have the same name. */
export function runNames(runs: readonly RunPage[]): string[] {
  const same = (name: string) => runs.filter((run) => run.name === name).length > 1;
  return runs.map(({ name, path }) => (same(name) ? `${name} (${path})` : name));
}

/** Call `show` now, when another run is chosen, and when `part` of the run has changed; a poll that brings nothing new
 * must not throw away what a reader is about to use. */
export function follow<Part>(view: View, part: (run: RunPage) => Part, show: (part: Part, other: boolean) => void): void {
  let last: string | null = null;
  let number = -1;
  const update = () => {
    const found = part(shownRun(view));
    const text = JSON.stringify(found);
    const other = number !== view.run.get();
    if (!other && text === last) return;
    number = view.run.get();
    last = text;
    show(found, other);
  };
  view.page.listen(update);
  view.run.listen(update);
}
