/** A landscape along one axis: a line instead of a slice. */

import { element, shape } from "../dom";
import { beside, below } from "./axes";
import { BOTTOM, HEIGHT, LEFT, named, niceTicks, SIZE, TOP, WIDTH } from "./frame";
import { basin } from "./persistence";
import { branchAt, fieldLabel, pointedBy, type Picture, type Pointed, type Pointing } from "./picture";

const ACROSS = WIDTH - LEFT - 20;

export class Line {
  readonly host: HTMLElement;
  private readonly svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  private readonly lit = shape("path", { class: "lit-line" });
  private readonly cursor = shape("circle", { r: 5, class: "cursor" });
  private picture: Picture | null = null;
  private x: readonly number[] = [];
  private column = -1;

  constructor(private readonly pointing: Pointing) {
    this.host = element("div", {
      class: "line-plot",
      tabindex: 0,
      role: "application",
      "aria-roledescription": "curve",
    });
    this.host.append(this.svg);
    pointedBy(this.host, pointing, (event) => this.under(event));
    this.host.addEventListener("keydown", (event) => this.key(event));
  }

  draw(picture: Picture): void {
    this.picture = picture;
    const { data, slice, colours, state } = picture;
    const { coordinates, name } = data.axes[0];
    const alpha = Array.from(slice.columns, (i) => coordinates[i]);
    if (this.column < 0 || this.column >= alpha.length) this.column = alpha.length >> 1;
    const [first, last] = [alpha[0], alpha[alpha.length - 1]];
    const span = last - first || 1;
    const placeX = (value: number) => LEFT + ((value - first) / span) * ACROSS;
    const placeY = (value: number) => BOTTOM - colours.unit(value) * SIZE;
    this.x = alpha.map(placeX);
    const label = fieldLabel(picture);
    const words = colours.name === "clipped" ? `${label}, clipped` : label;
    const parts: SVGElement[] = [
      shape("rect", { x: LEFT, y: TOP, width: ACROSS, height: SIZE, class: "frame" }),
      below(niceTicks(first, last), placeX, BOTTOM, name, LEFT + ACROSS / 2),
      beside(colours.ticks, placeY, LEFT, words, TOP + SIZE / 2),
      shape("path", { d: this.path(() => true), class: "curve-line" }),
      this.lit,
    ];
    if (state.field === data.fields[0]?.name) {
      for (const mark of picture.marks.drawn) {
        const value = mark.kind === "minimum" ? mark.branches.birth[mark.branch] : mark.branches.death[mark.branch];
        parts.push(named(picture, mark, placeX(mark.x), placeY(value)));
      }
    }
    this.svg.replaceChildren(...parts, this.cursor);
    this.host.setAttribute(
      "aria-label",
      `Curve of ${alpha.length} points along ${name}. Arrow keys move a point, Enter keeps its basin, Escape frees it.`,
    );
  }

  highlight(pointed: Pointed | null): void {
    const { picture } = this;
    if (!picture) return;
    const branch = pointed?.branch ?? -1;
    const inside = basin(picture.slice.labels, picture.simplified.heir, branch);
    this.lit.setAttribute("d", branch >= 0 ? this.path((i) => inside[i] === 1) : "");
    for (const mark of this.svg.querySelectorAll<SVGGElement>(".mark")) {
      mark.classList.toggle("lit", mark.dataset.branch === String(branch));
    }
    const column = pointed?.point?.[1];
    const value = column === undefined ? Number.NaN : picture.slice.values[column];
    this.cursor.classList.toggle("shown", Number.isFinite(value));
    if (column === undefined) return;
    this.column = column;
    if (!Number.isFinite(value)) return;
    this.cursor.setAttribute("cx", String(this.x[column]));
    this.cursor.setAttribute("cy", String(BOTTOM - picture.colours.unit(value) * SIZE));
  }

  /** The line through the points that are chosen; it breaks where there is no value. */
  private path(chosen: (column: number) => boolean): string {
    const { slice, colours } = this.picture as Picture;
    let drawing = false;
    let text = "";
    slice.values.forEach((value, i) => {
      const there = Number.isFinite(value) && chosen(i);
      if (there) text += `${drawing ? "L" : "M"}${this.x[i]} ${BOTTOM - colours.unit(value) * SIZE}`;
      if (there && !drawing) text += "h0.01"; // a point alone is seen, too
      drawing = there;
    });
    return text;
  }

  private under(event: MouseEvent): Pointed | null {
    if (!this.picture) return null;
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    if (x < LEFT - 4 || x > LEFT + ACROSS + 4) return null;
    let best = 0;
    for (let i = 1; i < this.x.length; i++) if (Math.abs(this.x[i] - x) < Math.abs(this.x[best] - x)) best = i;
    return this.at(best);
  }

  private at(column: number): Pointed {
    return { point: [0, column], branch: branchAt(this.picture as Picture, 0, column) };
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") this.pointing.pin(this.at(this.column));
    else if (step) this.pointing.hover(this.at(Math.max(0, Math.min(this.x.length - 1, this.column + step))));
    else return;
    event.preventDefault();
  }
}
