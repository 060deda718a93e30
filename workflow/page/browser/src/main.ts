/** The page's beginning: finds its data, and mounts each section. */

import { mountAnswer } from "./answer";
import { mountCurve } from "./curve";
import { element } from "./dom";
import { mountExplorer } from "./explorer";
import { mountHeader, unfoldForPrint } from "./header";
import { mountMultiples } from "./multiples";
import type { Page } from "./payload";
import { mountProvenance } from "./provenance";
import { mountRelations } from "./relations";
import { mountRuns } from "./runs";
import { Embedded, Served } from "./source";
import { mountTable } from "./table";
import { Value, type Chosen, type View } from "./view";

const SECTIONS = [
  ["runs", "Runs", mountRuns],
  ["answer", "Answer", mountAnswer],
  ["table", "Metrics", mountTable],
  ["multiples", "All landscapes", mountMultiples],
  ["explorer", "Explorer", mountExplorer],
  ["relations", "Relations", mountRelations],
  ["curve", "Choices of analysis", mountCurve],
  ["provenance", "Provenance", mountProvenance],
] as const;

const FIRST: readonly string[] = ["runs", "answer", "explorer"];

/** Return the sections of a page; one landscape alone is what its page is about, as below a cell of a notebook. */
function sectionsOf({ runs }: Page) {
  const shown = SECTIONS.filter(([id]) => id !== "runs" || runs.length > 1);
  if (runs.some(({ members }) => members.length !== 1)) return shown;
  const first = shown.filter(([id]) => FIRST.includes(id));
  return [...first, ...shown.filter((section) => !first.includes(section))];
}

async function begin(): Promise<void> {
  const embedded = document.getElementById("page") !== null;
  const source = embedded ? new Embedded(document) : new Served(document.baseURI);
  const page = await source.page();
  const view: View = {
    source,
    page: new Value(page),
    run: new Value(0),
    member: new Value<Chosen | null>(null),
    beside: new Value<Chosen | null>(null),
  };
  const main = document.querySelector("main") as HTMLElement;
  main.replaceChildren();
  const sections = sectionsOf(page);
  for (const [id, title, mount] of sections) {
    const host = element("div");
    const heading = element("h2", { id: `${id}-title`, tabindex: -1 }, title);
    main.append(element("section", { id, "aria-labelledby": heading.id }, heading, host));
    mount(host, view);
  }
  mountHeader(main, view, sections.map(([id, title]) => [id, title] as const));
  unfoldForPrint();
  performance.mark("interactive");
  source.watch((changed) => view.page.set(changed));
}

begin().catch((error: unknown) => {
  const said = error instanceof Error ? error.message : String(error);
  document.querySelector("main")?.replaceChildren(element("p", { role: "alert" }, said));
});
