/** The answer, before anything else: what holds, what to be careful about, and what is missing. */

import { element, words } from "./dom";
import { follow } from "./follow";
import { counted } from "./format";
import type { Member, RunPage, Sentence } from "./payload";
import { liveFacts, stages } from "./progress";
import type { View } from "./view";

const SHOWN = 3;
const FEW = 2; // more notes than this are folded

/** Return a sentence; what stands before the colon of its first number is what it says, the rest how sure that is. */
export function sentence(text: string): (Node | string)[] {
  const number = text.indexOf(" = ");
  const at = number < 0 ? text.indexOf(": ") : text.lastIndexOf(": ", number);
  if (at < 0) return words(text);
  return [element("strong", {}, text.slice(0, at)), element("span", {}, ...words(text.slice(at)))];
}

/** Return the first sentences, and the others folded. */
function listed(found: readonly Sentence[]): [HTMLElement[], HTMLElement[]] {
  const list = (part: readonly Sentence[]) =>
    element("ul", { class: "sentences" }, ...part.map((one) => element("li", {}, ...sentence(one.text))));
  const shown = found.length ? [list(found.slice(0, SHOWN))] : [];
  if (found.length <= SHOWN) return [shown, []];
  const more = element("summary", {}, counted(found.length - SHOWN, "more sentence"));
  return [shown, [element("details", {}, more, list(found.slice(SHOWN)))]];
}

/** Return how many members there are of each state, such as "38 finished, 2 failed". */
export function countedStates(members: readonly Member[]): string {
  const of = (state: Member["state"]) => members.filter((member) => member.state === state).length;
  const parts = [
    [of("finished"), "finished"],
    [of("partial"), "in part"],
    [of("empty"), "not begun"],
    [of("failed"), "failed"],
  ] as const;
  const found = parts.filter(([n]) => n > 0);
  return found.length ? found.map(([n, state]) => `${n} ${state}`).join(", ") : "none";
}

function warnings(found: readonly Sentence[]): HTMLElement[] {
  if (found.length === 0) return [];
  const lines = found.map((one) => element("li", {}, element("strong", {}, "Careful: "), ...words(one.text)));
  return [element("ul", { class: "warnings" }, ...lines)];
}

function notes(found: readonly Sentence[]): HTMLElement[] {
  const lines = found.map((one) => element("li", {}, ...words(one.text)));
  if (lines.length <= FEW) return lines.length ? [element("ul", { class: "notes" }, ...lines)] : [];
  const more = element("summary", {}, counted(lines.length, "note"));
  return [element("details", {}, more, element("ul", { class: "notes" }, ...lines))];
}

function aside(run: RunPage): HTMLElement {
  const axes = Object.entries(run.axes).filter(([, values]) => values.length > 1);
  const swept = axes.map(([name, values]) => `${name} (${values.length})`).join(", ");
  const rows: [string, string][] = [
    ["Landscapes", countedStates(run.members)],
    ["Swept", swept || "nothing"],
    ...liveFacts(run.live),
  ];
  const list = element("dl", { class: "facts" });
  for (const [name, text] of rows) list.append(element("dt", {}, name), element("dd", {}, text));
  const brief = element("div", { class: "brief" }, list, stages(run.progress, run.state !== "finished"));
  const careful = warnings(run.answer.filter((one) => one.rank === "warning"));
  return element("aside", { "aria-label": "The run in brief" }, brief, ...careful);
}

/** Return all sentences but the warnings. */
function sentences(answer: readonly Sentence[]): HTMLElement[] {
  const of = (rank: Sentence["rank"]) => answer.filter((one) => one.rank === rank);
  const [first, others] = listed(of("answer"));
  const heads = of("first").map((one) => element("p", { class: "first" }, ...words(one.text)));
  if (answer.length === 0) heads.push(element("p", { class: "first" }, "This run has no results yet."));
  return [...heads, ...first, element("div", { class: "folds" }, ...others, ...notes(of("note")))];
}

/** Show this section in `host`. What is said changes seldom, and what a reader has unfolded stays so; how far the run
 * is changes at each poll. */
export function mountAnswer(host: HTMLElement, view: View): void {
  const [said, beside] = [element("div"), element("div")];
  host.replaceChildren(element("div", { class: "answer" }, said, beside));
  const part = ({ name, state, live, progress, answer, axes, members }: RunPage) =>
    ({ name, state, live, progress, answer, axes, members }) as RunPage;
  follow(view, ({ answer }) => answer, (answer) => said.replaceChildren(...sentences(answer)));
  follow(view, part, (run) => beside.replaceChildren(aside(run)));
}
