/** Where the numbers come from, and what to write about them. */

import { copyable } from "./copying";
import { element } from "./dom";
import { follow } from "./follow";
import type { View } from "./view";

/** Show this section in `host`. */
export function mountProvenance(host: HTMLElement, view: View): void {
  follow(view, (run) => ({ found: run.provenance, path: run.path }), ({ found, path }) => {
    const facts = element("dl", { class: "facts" });
    const rows: (readonly [string, string])[] = [["run directory", path], ...found.facts];
    for (const [name, text] of rows) facts.append(element("dt", {}, name), element("dd", {}, text));
    const shown: HTMLElement[] = [facts];
    if (found.commands.length) shown.push(copyable("Commands", found.commands.join("\n"), element("pre")));
    if (found.methods) shown.push(copyable("Methods", found.methods, element("p", { class: "prose" })));
    if (found.bibtex) shown.push(copyable("BibTeX", found.bibtex, element("pre")));
    for (const pre of shown.flatMap((one) => [...one.querySelectorAll("pre")])) pre.tabIndex = 0; // it may scroll
    host.replaceChildren(...shown);
  });
}
