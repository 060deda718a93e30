/** The barcode: a bar from birth to death for each branch, the most persistent first. */

import { shape } from "../dom";
import { below } from "./axes";
import { BranchPicture, BRANCHES_WIDTH, neighbour } from "./branches";
import { BOTTOM, SIZE, TOP } from "./frame";
import { MOST_BRANCHES } from "./persistence";
import type { Picture, Pointing } from "./picture";

const START = 14;
const WIDTH = BRANCHES_WIDTH - START - 24;
const TALLEST = 16;

export class Barcode extends BranchPicture {
  constructor(pointing: Pointing) {
    super("Bar of the barcode", "barcode", pointing);
  }

  protected render(picture: Picture): void {
    this.order = picture.simplified.kept.slice(0, MOST_BRANCHES);
    const bars = shape("g", { class: "bars" });
    for (const branch of this.order) {
      const kind = picture.branches.mark[branch] ? "doubtful" : "";
      bars.append(shape("path", { d: this.outline(branch), class: kind }));
    }
    bars.setAttribute("stroke-width", String(Math.max(0.6, 0.6 * this.tall())));
    this.lit.setAttribute("stroke-width", String(Math.max(2, 0.6 * this.tall())));
    const ticks = picture.heights.ticks;
    const shown = ticks.length > 4 ? ticks.filter((_, i) => i % 2 === 0) : ticks;
    const label = picture.data.fields[0]?.label ?? "";
    const axis = below(shown, (value) => this.x(value), BOTTOM, label, START + WIDTH / 2);
    const floor = shape("line", { x1: START, x2: START + WIDTH, y1: BOTTOM, y2: BOTTOM, class: "frame" });
    this.svg.replaceChildren(bars, this.lit, floor, axis);
  }

  protected outline(branch: number): string {
    const { branches } = this.picture as Picture;
    const [from, to] = [this.x(branches.birth[branch]), this.x(branches.death[branch])];
    return `M${from} ${this.y(branch)}H${Math.abs(to - from) < 1 ? from + 1 : to}`;
  }

  protected nearest(_x: number, y: number): number {
    const rank = Math.floor((y - TOP) / this.tall());
    return this.order[rank] ?? -1;
  }

  protected step(key: string, from: number): number | null {
    if (key === "ArrowUp" || key === "ArrowLeft") return neighbour(this.order, from, -1);
    if (key === "ArrowDown" || key === "ArrowRight") return neighbour(this.order, from, 1);
    return null;
  }

  private tall(): number {
    return Math.min(TALLEST, SIZE / Math.max(1, this.order.length));
  }

  private x(value: number): number {
    return START + this.share(value) * WIDTH;
  }

  private y(branch: number): number {
    return TOP + (this.order.indexOf(branch) + 0.5) * this.tall();
  }
}
