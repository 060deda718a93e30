/** The head of the page: which run this is, how it stands, and the ways to its sections. */

import { countedStates } from "./answer";
import { choice, element, field } from "./dom";
import { follow, runNames } from "./follow";
import type { RunPage } from "./payload";
import type { View } from "./view";

type Titles = readonly (readonly [id: string, title: string])[];

/** Mark the link to the section that is read. */
function markCurrent(links: ReadonlyMap<string, HTMLElement>): void {
  const seen = new IntersectionObserver(
    (entries) => {
      const [entered] = entries.filter((entry) => entry.isIntersecting);
      if (!entered) return;
      for (const [id, link] of links) {
        if (id === entered.target.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) seen.observe(section);
  }
}

/** Return a link to a section, which leaves the address of the page as it is, whatever its base is. */
function linkTo(id: string, text: string, attributes: { class?: string } = {}): HTMLAnchorElement {
  const link = element("a", { ...attributes, href: `#${id}` }, text);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    try {
      location.hash = id;
    } catch {
      // a page within another has no address of its own
    }
    document.getElementById(`${id}-title`)?.focus({ preventScroll: true });
    document.getElementById(id)?.scrollIntoView();
  });
  return link;
}

/** Whether a section compares members where there is only one. */
function needless(id: string, run: RunPage): boolean {
  if (run.members.length !== 1) return false;
  if (id === "multiples") return true;
  return (id === "relations" && run.relations.rows.length === 0) || (id === "curve" && run.curves.length === 0);
}

/** Put the head before `main`, and what wrote the page behind it. */
export function mountHeader(main: HTMLElement, view: View, titles: Titles): void {
  main.id ||= "main";
  main.tabIndex = -1;
  const name = element("h1");
  const state = element("span", { class: "state", role: "status" });
  const links = new Map(titles.map(([id, title]) => [id, linkTo(id, title)]));
  const { runs, version, live } = view.page.get();
  const head = element("header", { class: "head" }, name, state);
  if (runs.length > 1) {
    const options = runNames(runs).map((label, index) => ({ value: String(index), label }));
    const chosen = choice(options, String(view.run.get()), (value) => view.run.set(Number(value)));
    view.run.listen((run) => (chosen.value = String(run)));
    head.append(field("Run", chosen));
  }
  const items = [...links.values()].map((link) => element("li", {}, link));
  head.append(element("nav", { "aria-label": "Sections" }, element("ul", {}, ...items)));
  main.before(linkTo("answer", "Skip to the answer", { class: "skip" }), head);
  const kind = live ? "Live page" : "Page written";
  main.after(element("footer", { class: "foot" }, `${kind} by landsweep ${version}.`));
  const standing = ({ name, state, members }: RunPage) => {
    return { name, state, said: countedStates(members), failed: members.some((member) => member.state === "failed") };
  };
  // What is scrolled to must not lie under the head, which is as tall as its names and the screen make it.
  new ResizeObserver(() => {
    const covers = getComputedStyle(head).position === "sticky";
    document.documentElement.style.scrollPaddingTop = `${covers ? head.offsetHeight : 0}px`;
  }).observe(head);
  follow(view, standing, (run) => {
    name.textContent = run.name;
    name.title = run.name;
    document.title = `${run.name} – landsweep`;
    state.dataset.state = run.state;
    state.textContent = run.state === "finished" && !run.failed ? run.state : `${run.state}: ${run.said}`;
  });
  follow(view, (run) => titles.filter(([id]) => needless(id, run)).map(([id]) => id), (hidden) => {
    for (const [id, link] of links) {
      const section = document.getElementById(id);
      if (section) section.hidden = hidden.includes(id);
      if (link.parentElement) link.parentElement.hidden = hidden.includes(id);
    }
  });
  markCurrent(links);
}

/** Open what is folded while the page is printed. */
export function unfoldForPrint(): void {
  const print = matchMedia("print");
  let opened: HTMLDetailsElement[] = [];
  print.addEventListener("change", () => {
    if (print.matches) {
      opened = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open], .screen)")];
      for (const details of opened) details.open = true;
    } else for (const details of opened) details.open = false;
  });
}
