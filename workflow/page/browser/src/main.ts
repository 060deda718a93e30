/** The page's beginning: finds its data, and mounts each section. */

import { mountAnswer } from "./answer";
import { mountCurve } from "./curve";
import { mountExplorer } from "./explorer";
import { mountHeader, unfoldForPrint } from "./header";
import { mountMultiples } from "./multiples";
import { mountProvenance } from "./provenance";
import { mountRelations } from "./relations";
import { mountRuns } from "./runs";
import { Embedded, Served } from "./source";
import { mountTable } from "./table";
import { Value, type Chosen, type View } from "./view";

const SECTIONS = [
  ["runs", "Runs", mountRuns],
  ["answer", "Answer", mountAnswer],
  ["explorer", "Landscape", mountExplorer],
  ["multiples", "All landscapes", mountMultiples],
  ["table", "Metrics", mountTable],
  ["relations", "Relations", mountRelations],
  ["curve", "Choices of analysis", mountCurve],
  ["provenance", "Provenance", mountProvenance],
] as const;

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
  const sections = SECTIONS.filter(([id]) => id !== "runs" || page.runs.length > 1);
  for (const [id, title, mount] of sections) {
    const section = document.createElement("section");
    section.id = id;
    const heading = document.createElement("h2");
    heading.id = `${id}-title`;
    heading.textContent = title;
    section.setAttribute("aria-labelledby", heading.id);
    const host = document.createElement("div");
    section.append(heading, host);
    main.append(section);
    mount(host, view);
  }
  mountHeader(main, view, sections.map(([id, title]) => [id, title] as const));
  unfoldForPrint();
  performance.mark("interactive");
  source.watch((changed) => view.page.set(changed));
}

begin().catch((error: unknown) => {
  const said = document.createElement("p");
  said.setAttribute("role", "alert");
  said.textContent = error instanceof Error ? error.message : String(error);
  document.querySelector("main")?.replaceChildren(said);
});
