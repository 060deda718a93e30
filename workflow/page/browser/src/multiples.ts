/** All landscapes of a run as small pictures, beside one another. */

import { paintBar } from "./colours";
import { choice, element, field } from "./dom";
import { bestScale, canBeLog, scaleOf, type ScaleName } from "./explorer/scale";
import { follow } from "./follow";
import { formatNumber } from "./format";
import type { Cell, Member, RunPage } from "./payload";
import { explore } from "./table";
import { Thumbnail, type Range } from "./thumbnail";
import type { View } from "./view";

const AHEAD = "300px"; // pictures begin to load when they are this near to what is seen
const LATER = 600; // milliseconds before what is out of sight begins to load, and between two of them
const BETWEEN = 4;
const AUTOMATIC = "automatic";

function joined(ranges: readonly Range[]): Range | null {
  if (ranges.length === 0) return null;
  return [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
}

/** Return a member's name without the axes that have one value or that its group names. */
function shortLabel(member: Member, axes: RunPage["axes"], grouped: string): string {
  const parts = Object.entries(member.coords).filter(([name]) => name !== grouped && (axes[name]?.length ?? 2) > 1);
  if (parts.length === 0) return grouped ? `member ${member.index}` : member.label;
  return parts.map(([name, value]) => `${name} = ${formatNumber(value)}`).join(", ");
}

type Swept = Pick<RunPage, "axes" | "members">;

class Multiples {
  private readonly tiles = new Map<number, Thumbnail>();
  private readonly groups = element("div", { class: "groups" });
  private readonly bar = element("div", { class: "colourbar", role: "img" });
  private readonly ends = [element("span"), element("span")];
  private readonly controls = element("div", { class: "controls" });
  private common = true;
  private scale: ScaleName | null = null; // null for what fits the values
  private grouped = "";
  private waiting = false;
  private stopped = false;
  private readonly observer: IntersectionObserver;

  constructor(
    host: HTMLElement,
    private readonly view: View,
    private readonly number: number,
    private run: Swept,
  ) {
    this.observer = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: AHEAD });
    const canvas = element("canvas");
    paintBar(canvas);
    this.bar.append(this.ends[0], canvas, this.ends[1]);
    const axes = Object.keys(run.axes).filter((name) => run.axes[name].length > 1);
    this.grouped = axes.length > 1 ? axes[0] : "";
    const named = axes.map((name) => ({ value: name, label: name }));
    const groups = choice([{ value: "", label: "not at all" }, ...named], this.grouped, (value) => {
      this.grouped = value;
      this.arrange();
    });
    const ranges = [
      { value: "common", label: "alike in all" },
      { value: "own", label: "for each alone" },
    ];
    this.controls.append(
      field("Grouped by", groups),
      field("Range", choice(ranges, "common", (value) => this.set(() => (this.common = value === "common")))),
      field("Scale", this.scales()),
      this.bar,
    );
    host.replaceChildren(this.controls, this.groups);
    this.arrange();
    setTimeout(() => void this.loadRest(), LATER);
  }

  /** Follow a run whose members have changed. */
  update(run: Swept): void {
    const before = this.run;
    this.run = run;
    if (before.members.length !== run.members.length || JSON.stringify(before.axes) !== JSON.stringify(run.axes)) {
      this.arrange();
      return;
    }
    for (const member of run.members) {
      const tile = this.tiles.get(member.index);
      if (tile?.update(member)) void this.load(tile);
    }
    this.redraw();
  }

  mark(index: number): void {
    for (const [member, { button }] of this.tiles) {
      if (member === index) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  stop(): void {
    this.stopped = true;
    this.observer.disconnect();
  }

  private scales(): HTMLSelectElement {
    const options = [AUTOMATIC, "linear", "log"].map((label) => ({ value: label, label }));
    return choice(options, AUTOMATIC, (value) =>
      this.set(() => (this.scale = value === AUTOMATIC ? null : (value as ScaleName))),
    );
  }

  private set(change: () => void): void {
    change();
    this.redraw();
  }

  private arrange(): void {
    this.observer.disconnect();
    this.tiles.clear();
    const { axes, members } = this.run;
    const groups = new Map<Cell, Member[]>();
    for (const member of members) {
      const value = this.grouped ? (member.coords[this.grouped] ?? null) : null;
      groups.set(value, [...(groups.get(value) ?? []), member]);
    }
    const made = [...groups].map(([value, found]) => {
      const tiles = found.map((member) => {
        const tile = new Thumbnail(member, shortLabel(member, axes, this.grouped));
        tile.button.dataset.member = String(member.index);
        tile.button.addEventListener("click", () => explore(this.view, member.index));
        this.tiles.set(member.index, tile);
        this.observer.observe(tile.host);
        return tile.host;
      });
      const title = this.grouped ? element("h3", {}, `${this.grouped} = ${formatNumber(value)}`) : null;
      return element("div", { class: "group" }, title, element("ul", { class: "tiles" }, ...tiles));
    });
    this.groups.replaceChildren(...made);
    const chosen = this.view.member.get();
    this.mark(chosen?.run === this.number ? chosen.member : -1);
    this.redraw();
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    const near = new Set(entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target));
    for (const tile of this.tiles.values()) {
      if (!near.has(tile.host)) continue;
      void this.load(tile);
      if (!this.view.page.get().live) this.observer.unobserve(tile.host);
    }
  }

  /** Load what is out of sight as well, a little at a time, so that the common scale is that of all and paper has them. */
  private async loadRest(): Promise<void> {
    if (this.view.page.get().live) return;
    for (const tile of [...this.tiles.values()]) {
      if (this.stopped) return;
      await new Promise<void>((resolve) => setTimeout(resolve, BETWEEN));
      await this.load(tile);
    }
  }

  private async load(tile: Thumbnail): Promise<void> {
    await tile.load(this.view.source, this.number);
    this.redraw();
  }

  /** Draw all pictures once more, however many have changed before the next frame. */
  private redraw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  private draw(): void {
    const tiles = [...this.tiles.values()];
    const common = joined(tiles.flatMap(({ colours }) => (colours ? [colours] : [])));
    const [low, high] = joined(tiles.flatMap(({ range }) => (range ? [range] : []))) ?? [0, 1];
    const wanted = this.scale ?? bestScale(low, high);
    const name = canBeLog(low) ? wanted : "linear";
    this.bar.hidden = tiles.every(({ line }) => line); // which has a height, not colours
    for (const tile of tiles) {
      const ends = this.common ? common : tile.colours;
      if (ends) tile.draw(scaleOf(name, ...ends));
    }
    this.legend(common, wanted === name ? name : `${name}, as a log scale needs values above 0`);
  }

  private legend(common: Range | null, words: string): void {
    const [low, high] = this.common && common ? common.map(formatNumber) : ["lowest of each", "highest of each"];
    this.ends[0].textContent = this.common && common ? `≤ ${low}` : low;
    this.ends[1].textContent = `${high} (${words})`;
    this.bar.setAttribute("aria-label", `Colours from ${low} and lower to ${high}, ${words}`);
  }
}

/** Show this section in `host`. */
export function mountMultiples(host: HTMLElement, view: View): void {
  let shown: Multiples | null = null;
  const part = ({ axes, members }: RunPage) => ({ axes, members });
  follow(view, part, (run, other) => {
    if (shown && !other) shown.update(run);
    else {
      shown?.stop();
      shown = run.members.length ? new Multiples(host, view, view.run.get(), run) : null;
      if (!shown) host.replaceChildren(element("p", { class: "note" }, "This run has no members yet."));
    }
  });
  view.member.listen((chosen) => shown?.mark(chosen?.run === view.run.get() ? chosen.member : -1));
}
