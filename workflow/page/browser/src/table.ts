/** The table of metrics. */

import { DataTable } from "./datatable";
import { element } from "./dom";
import { follow, shownRun } from "./follow";
import type { RunPage, Table } from "./payload";
import type { View } from "./view";

/** Shown at first, where they are there, after what tells rows from one another. */
const MAIN = [
  "quality_loss",
  "n_minima",
  "n_saddles",
  "average_persistence",
  "max_persistence",
  "smad",
  "loss_min",
  "loss_max",
];
const FEWEST = 10;
const NOTHING = "There are no metrics yet: they come when landscapes are finished.";

/** Return the columns that are shown at first: the member, axes and names that vary, and the main metrics. */
function defaults(table: Table, axes: RunPage["axes"]): string[] {
  const distinct = new Map(table.columns.map(({ name }, k) => [name, new Set(table.rows.map((row) => row[k])).size]));
  const varies = (name: string) => (axes[name]?.length ?? distinct.get(name) ?? 0) > 1;
  const first = table.columns.filter(
    ({ name, kind }) => name === "member" || ((name in axes || kind === "name") && varies(name)),
  );
  const main = table.columns.filter(({ name }) => MAIN.includes(name) && !first.some((one) => one.name === name));
  const found = [...first, ...main];
  const others = table.columns.filter((column) => !found.includes(column) && varies(column.name));
  return [...found, ...others.slice(0, Math.max(0, FEWEST - found.length))].map(({ name }) => name);
}

/** Return the index of the member that each row is about, -1 where there is none. */
function membersOf(run: RunPage): number[] {
  const at = run.table.columns.findIndex(({ name }) => name === "member");
  if (at >= 0) return run.table.rows.map((row) => Number(row[at] ?? -1));
  const columns = new Map(run.table.columns.map(({ name }, index) => [name, index]));
  return run.table.rows.map((row) => {
    const same = ([name, value]: [string, unknown]) => !columns.has(name) || row[columns.get(name) as number] === value;
    return run.members.find((member) => Object.entries(member.coords).every(same))?.index ?? -1;
  });
}

/** Show the explorer with a member, for those that see and those that listen. */
export function explore(view: View, member: number): void {
  view.member.set({ run: view.run.get(), member });
  const title = document.getElementById("explorer-title");
  title?.focus({ preventScroll: true });
  title?.scrollIntoView({ block: "start" });
}

/** Show this section in `host`. */
export function mountTable(host: HTMLElement, view: View): void {
  let shown: DataTable | null = null;
  let members: number[] = [];
  const mark = () => {
    const chosen = view.member.get();
    const here = chosen?.run === view.run.get() ? chosen.member : -1;
    shown?.mark((row) => here >= 0 && members[row] === here);
  };
  follow(view, ({ name, table }) => ({ name, table }), ({ name, table }, other) => {
    const run = shownRun(view);
    members = membersOf(run);
    if (shown && !other) shown.update(table);
    else if (table.rows.length === 0) host.replaceChildren(element("p", { class: "note" }, NOTHING));
    else {
      shown = new DataTable(table, {
        caption: "Metrics, one row a landscape and representation",
        file: name.replaceAll(/[^\w.-]+/g, "-"),
        columns: (found) => defaults(found, run.axes),
        key: "member",
        choose: (row) => explore(view, members[row]),
      });
      host.replaceChildren(shown.host);
    }
    if (table.rows.length === 0) shown = null;
    mark();
  });
  view.member.listen(mark);
}
