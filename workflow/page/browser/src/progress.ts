/** How far a run is. */

import { element } from "./dom";
import type { Progress, RunPage } from "./payload";

/** Return what is known of a run that is going on, as rows of a name and a text. */
export function liveFacts(live: RunPage["live"]): [string, string][] {
  if (live === null) return [];
  const rows: [string, string][] = [
    ["Rate", live.rate],
    ["Expected end", live.end],
    ["Jobs", live.jobs.join("; ")],
  ];
  return rows.filter(([, text]) => text !== "");
}

function row({ stage, done, total, failed }: Progress): HTMLElement[] {
  const count = total === null ? String(done) : `${done} of ${total}`;
  const bar = element("progress", { "aria-label": `${stage}: ${count}`, max: Math.max(total ?? 1, 1) });
  if (total !== null) bar.value = done;
  const failures = failed > 0 ? `, ${failed} failed` : "";
  return [element("span", {}, stage), bar, element("span", {}, count + failures)];
}

/** Return a bar for each stage, or nothing to look at where there is nothing to wait for and nothing failed. */
export function stages(progress: readonly Progress[], waiting: boolean): HTMLElement {
  const shown = waiting ? progress : progress.filter((stage) => stage.failed > 0);
  const rows = shown.flatMap((stage) => row(stage));
  return element("div", { class: "stages", hidden: rows.length === 0 }, ...rows);
}
