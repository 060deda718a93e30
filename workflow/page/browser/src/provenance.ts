/** Where the numbers come from, and what to write about them. */

import { copyable } from "./copying";
import { element } from "./dom";
import { follow } from "./follow";
import type { View } from "./view";

/** Show this section in `host`. */
export function mountProvenance(host: HTMLElement, view: View): void {
  follow(view, ({ provenance }) => provenance, (found) => {
    const facts = element("dl", { class: "facts two" });
    for (const [name, text] of found.facts) facts.append(element("dt", {}, name), element("dd", {}, text));
    const shown: HTMLElement[] = [facts];
    if (found.commands.length) shown.push(copyable("Commands", found.commands.join("\n"), element("pre")));
    if (found.methods) shown.push(copyable("Methods", found.methods, element("p", { class: "prose" })));
    if (found.bibtex) shown.push(copyable("BibTeX", found.bibtex, element("pre")));
    for (const pre of shown.flatMap((one) => [...one.querySelectorAll("pre")])) pre.tabIndex = 0; // it may scroll
    host.replaceChildren(...shown);
  });
}
