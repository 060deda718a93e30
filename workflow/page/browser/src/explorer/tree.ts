/** The merge tree as its branches: vertical lines from minima up to the saddles where they end. */

import { shape } from "../dom";
import { beside } from "./axes";
import { BranchPicture, BRANCHES_WIDTH, neighbour } from "./branches";
import { BOTTOM, LEFT, SIZE, symbol, TOP } from "./frame";
import { layout, type Placed } from "./layout";
import { MOST_BRANCHES } from "./persistence";
import type { Picture, Pointing } from "./picture";

const WIDTH = BRANCHES_WIDTH - LEFT - 8;
/** With more branches than this their minima have no symbols. */
const MOST_SYMBOLS = 60;

export class Tree extends BranchPicture {
  private placed = new Map<number, Placed>();

  constructor(pointing: Pointing) {
    super("Branch of the merge tree", "tree", pointing);
  }

  protected render(picture: Picture): void {
    const { branches, simplified, heights, data } = picture;
    const drawn = layout(branches, simplified.kept.slice(0, MOST_BRANCHES));
    this.placed = new Map(drawn.map((found) => [found.branch, found]));
    this.order = drawn.map(({ branch }) => branch);
    const parts: SVGElement[] = [
      beside(heights.ticks, (value) => this.y(value), LEFT, data.fields[0]?.label ?? "", TOP + SIZE / 2),
      shape("line", { x1: LEFT, x2: LEFT, y1: TOP, y2: BOTTOM, class: "frame" }),
      shape("path", { d: this.order.map((branch) => this.outline(branch)).join(""), class: "branch-lines" }),
      this.lit,
    ];
    if (drawn.length <= MOST_SYMBOLS) {
      for (const branch of this.order) {
        parts.push(symbol("minimum", branches.mark[branch], this.x(branch), this.y(branches.birth[branch])));
      }
    }
    this.svg.replaceChildren(...parts);
  }

  protected outline(branch: number): string {
    const { branches } = this.picture as Picture;
    const elder = this.placed.get(branch)?.elder ?? -1;
    const line = `M${this.x(branch)} ${this.y(branches.birth[branch])}V${this.y(branches.death[branch])}`;
    return elder < 0 ? line : `${line}H${this.x(elder)}`;
  }

  protected nearest(x: number, y: number): number {
    const { branches } = this.picture as Picture;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const branch of this.order) {
      const [from, to] = [this.y(branches.birth[branch]), this.y(branches.death[branch])];
      const beyond = Math.max(0, y - Math.max(from, to), Math.min(from, to) - y);
      const away = Math.hypot(this.x(branch) - x, beyond);
      if (away < least) [best, least] = [branch, away];
    }
    return best;
  }

  protected step(key: string, from: number): number | null {
    if (key === "ArrowLeft") return neighbour(this.order, from, -1);
    if (key === "ArrowRight") return neighbour(this.order, from, 1);
    if (key === "ArrowUp") {
      const elder = this.placed.get(from)?.elder ?? -1;
      return elder < 0 ? from : elder;
    }
    if (key !== "ArrowDown") return null;
    const younger = this.order.filter((branch) => this.placed.get(branch)?.elder === from);
    return younger.length ? Math.min(...younger) : from; // the most persistent comes first
  }

  private x(branch: number): number {
    return LEFT + 8 + (((this.placed.get(branch)?.place ?? 0) + 0.5) / this.order.length) * WIDTH;
  }

  private y(value: number): number {
    return BOTTOM - this.share(value) * SIZE;
  }
}
