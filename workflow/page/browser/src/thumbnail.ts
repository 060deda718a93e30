/** One member as a small picture: a plane through its best point, or a line where there is one axis. */

import { line } from "d3-shape";
import { paint } from "./colours";
import { element } from "./dom";
import type { Scale } from "./explorer/scale";
import { formatNumber, formatShare } from "./format";
import type { Member, Source } from "./payload";

export type Range = readonly [low: number, high: number];

const LOWEST = 0.01; // the share of points that lie below where colours begin
const LINE = "#2f86c9"; // seen on light and on dark, whichever comes later
const POINTS = 240; // of a curve's picture along each side

interface Picture {
  readonly values: Float64Array;
  readonly columns: number;
}

async function pictureOf(source: Source, run: number, index: number): Promise<Picture> {
  const data = await source.member(run, index);
  const plane = data.axes.length > 1;
  const slice = await source.slice({
    run,
    member: index,
    field: data.fields[0].name,
    representation: data.representations[0]?.name ?? "",
    vertical: 0,
    horizontal: plane ? 1 : 0,
    at: data.start,
  });
  return { values: slice.values, columns: slice.columns.length };
}

/** A member's tile; it loads its picture when it is told to, and draws it on any scale. */
export class Thumbnail {
  readonly host: HTMLLIElement;
  readonly button = element("button", { type: "button", class: "tile" });
  /** The lowest and highest finite value, null before there is a picture. */
  range: Range | null = null;
  /** Where its colours begin and end: one point that is far lower than all others must not take most of them. */
  colours: Range | null = null;
  private readonly canvas = element("canvas", { hidden: true, "aria-hidden": "true" });
  private readonly said = element("span");
  private readonly aside = element("span", { class: "aside" });
  private readonly name = element("span", { class: "name" });
  private picture: Picture | null = null;
  private drawn: { readonly picture: Picture | null; readonly scale: Scale | null } = { picture: null, scale: null };
  private member: Member;
  private asked = "";

  constructor(
    member: Member,
    private readonly label: string,
  ) {
    this.member = member;
    const picture = element("span", { class: "picture" }, this.canvas, this.said);
    this.button.append(picture, this.name, this.aside);
    this.host = element("li", {}, this.button);
    this.describe();
  }

  /** Follow a member that has changed; return whether its picture must be loaded anew. */
  update(member: Member): boolean {
    const changed = member.done !== this.member.done || member.state !== this.member.state;
    this.member = member;
    this.describe();
    return changed && this.asked !== "";
  }

  /** Load the picture; what goes wrong is said in its place. */
  async load(source: Source, run: number): Promise<void> {
    const asked = `${this.member.state} ${this.member.done}`;
    if (this.asked === asked) return;
    this.asked = asked;
    if (this.member.done === 0) return;
    try {
      const picture = await pictureOf(source, run, this.member.index);
      if (this.asked !== asked) return; // a newer one has been asked for
      this.picture = picture;
      const finite = picture.values.filter((value) => Number.isFinite(value)).sort();
      const [low, high] = [finite[0], finite[finite.length - 1]];
      this.range = finite.length ? [low, high] : null;
      this.colours = finite.length ? [finite[Math.floor(LOWEST * finite.length)], high] : null;
      this.describe(this.range ? "" : "no finite value");
    } catch (error) {
      this.describe(error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether its picture is a line: nothing else is known before there is one. */
  get line(): boolean {
    return this.picture?.columns === this.picture?.values.length;
  }

  draw(scale: Scale): void {
    if (!this.picture || !this.range) return;
    const { picture: before, scale: last } = this.drawn;
    const same = last?.low === scale.low && last.high === scale.high && last.name === scale.name;
    if (same && before === this.picture) return;
    this.drawn = { picture: this.picture, scale };
    const { values, columns } = this.picture;
    this.canvas.hidden = false;
    if (this.line) this.drawLine(values, scale);
    else paint(this.canvas, values, columns, scale);
  }

  private drawLine(values: Float64Array, scale: Scale): void {
    this.canvas.width = POINTS;
    this.canvas.height = POINTS;
    const context = this.canvas.getContext("2d");
    if (!context) return;
    this.canvas.className = "line";
    context.strokeStyle = LINE;
    context.lineWidth = 4;
    context.beginPath();
    line<number>()
      .defined((value) => Number.isFinite(value))
      .x((_, i) => (POINTS * (i + 0.5)) / values.length)
      .y((value) => POINTS * (0.95 - 0.9 * scale.unit(value)))
      .context(context)(values);
    context.stroke();
  }

  private describe(problem = ""): void {
    const { state, done, failure } = this.member;
    this.button.dataset.state = state;
    this.name.replaceChildren(...this.label.split(/(?<=_)/).flatMap((part) => [part, element("wbr")]));
    const part = done > 0 && done < 1 ? `${formatShare(done)} evaluated` : "";
    const range = this.range ? `${formatNumber(this.range[0])} to ${formatNumber(this.range[1])}` : "";
    const later = failure && state !== "failed" ? "something failed" : "";
    this.aside.textContent = [part, range, later].filter(Boolean).join(", ");
    const nothing = { finished: "", partial: "", empty: "not evaluated yet", failed: `failed: ${failure}` }[state];
    this.said.textContent = problem || (done > 0 && state !== "failed" ? "" : nothing);
    this.said.hidden = this.said.textContent === "";
    this.button.title = failure || this.member.label;
  }
}
