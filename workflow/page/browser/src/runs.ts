/** Several runs beside one another, each in a line: how it stands and what it says first. */

import { countedStates, sentence } from "./answer";
import { button, element } from "./dom";
import { runNames } from "./follow";
import type { RunPage } from "./payload";
import type { View } from "./view";

const HEADS = ["Run", "State", "Landscapes", "In short", "Strongest relation"];

/** Return the first sentence of a rank; an empty line where there is none. */
function first(run: RunPage, rank: RunPage["answer"][number]["rank"]): (Node | string)[] {
  const found = run.answer.find((one) => one.rank === rank);
  return found ? sentence(found.text) : [];
}

/** Show this section in `host`; the page has none of it where there is one run. */
export function mountRuns(host: HTMLElement, view: View): void {
  const body = element("tbody");
  const heads = HEADS.map((text) => element("th", { scope: "col" }, text));
  const caption = element("caption", { class: "visually-hidden" }, "The runs of this page");
  const table = element("table", {}, caption, element("thead", {}, element("tr", {}, ...heads)), body);
  host.append(element("div", { class: "scroll runs", role: "region", tabindex: 0, "aria-label": "All runs, scrolls sideways" }, table));
  const draw = () => {
    const { runs } = view.page.get();
    const focused = [...body.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement);
    const names = runNames(runs);
    const rows = runs.map((run, index) => {
      const chosen = index === view.run.get();
      const name = button(names[index], () => view.run.set(index), { "aria-pressed": String(chosen) });
      return element(
        "tr",
        { class: chosen ? "chosen" : null },
        element("th", { scope: "row" }, name),
        element("td", {}, run.state),
        element("td", {}, countedStates(run.members)),
        element("td", { class: "text" }, ...first(run, "first")),
        element("td", { class: "text" }, ...first(run, "answer")),
      );
    });
    body.replaceChildren(...rows);
    body.querySelectorAll("button")[focused]?.focus();
  };
  view.page.listen(draw);
  view.run.listen(draw);
}
