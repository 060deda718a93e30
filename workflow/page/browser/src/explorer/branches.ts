/** What the pictures of branches share: one branch at a time is pointed at, by pointer or by keyboard. */

import { element, shape } from "../dom";
import { describe } from "./critical";
import { BOTTOM, TOP } from "./frame";
import type { Picture, Pointing } from "./picture";

export const BRANCHES_WIDTH = 360;
const BRANCHES_HEIGHT = 450;

export abstract class BranchPicture {
  readonly host: HTMLElement;
  protected readonly svg = shape("svg", { viewBox: `0 0 ${BRANCHES_WIDTH} ${BRANCHES_HEIGHT}`, "aria-hidden": "true" });
  protected readonly lit = shape("path", { class: "lit-branch" });
  protected picture: Picture | null = null;
  /** The drawn branches in the order in which keys go through them. */
  protected order: readonly number[] = [];
  private current = -1;

  constructor(
    name: string,
    kind: string,
    private readonly pointing: Pointing,
  ) {
    this.host = element("div", { class: `branches ${kind}`, tabindex: 0, role: "slider", "aria-label": name });
    this.host.append(this.svg);
    this.host.addEventListener("pointermove", (event) => this.point(this.under(event)));
    this.host.addEventListener("pointerleave", () => pointing.hover(null));
    this.host.addEventListener("blur", () => pointing.hover(null));
    this.host.addEventListener("click", (event) => {
      const branch = this.under(event);
      if (branch >= 0) pointing.pin({ branch, point: null });
    });
    this.host.addEventListener("keydown", (event) => this.key(event));
    this.say(-1);
  }

  draw(picture: Picture): void {
    this.picture = picture;
    this.render(picture);
    this.host.setAttribute("aria-valuemin", "1");
    this.host.setAttribute("aria-valuemax", String(Math.max(1, this.order.length)));
    this.highlight(-1);
  }

  /** Light the line of a branch, -1 for none. */
  highlight(branch: number): void {
    const there = this.order.includes(branch);
    this.lit.setAttribute("d", there ? this.outline(branch) : "");
    this.host.dataset.branch = there ? String(branch) : "";
    this.say(there ? branch : -1);
  }

  /** Draw all branches of a picture, and set their order. */
  protected abstract render(picture: Picture): void;
  /** The line of a drawn branch, as the data of a path. */
  protected abstract outline(branch: number): string;
  /** The branch nearest to a place of the picture, -1 for none. */
  protected abstract nearest(x: number, y: number): number;
  /** The branch to which a key leads from another. */
  protected abstract step(key: string, from: number): number | null;

  /** The height of a value: of what never ends, that of the end of the scale. */
  protected share(value: number): number {
    return this.picture?.heights.unit(value) ?? 0;
  }

  private under(event: MouseEvent): number {
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * BRANCHES_WIDTH;
    const y = ((event.clientY - box.top) / box.height) * BRANCHES_HEIGHT;
    if (!this.order.length || y < TOP - 6 || y > BOTTOM + 6) return -1;
    return this.nearest(x, y);
  }

  private point(branch: number): void {
    this.pointing.hover(branch >= 0 ? { branch, point: null } : null);
  }

  private say(branch: number): void {
    if (branch >= 0) this.current = branch;
    this.host.setAttribute("aria-valuenow", String(Math.max(1, this.order.indexOf(branch) + 1)));
    const { picture } = this;
    const words =
      picture && branch >= 0
        ? describe(picture.branches, branch, picture.data.axes.length, picture.negated)
        : `No branch of ${this.order.length} is chosen; arrow keys choose one.`;
    this.host.setAttribute("aria-valuetext", words);
  }

  private key(event: KeyboardEvent): void {
    if (!this.order.length) return;
    const from = this.order.includes(this.current) ? this.current : -1;
    if (event.key === "Enter" || event.key === " ") {
      if (from >= 0) this.pointing.pin({ branch: from, point: null });
    } else {
      const ends: Record<string, number> = { Home: this.order[0], End: this.order[this.order.length - 1] };
      const to = ends[event.key] ?? this.step(event.key, from);
      if (to === null) return;
      this.point(from < 0 && !(event.key in ends) ? this.order[0] : to);
    }
    event.preventDefault();
  }
}

/** Return the branch that follows another in an order, or the same at its ends. */
export function neighbour(order: readonly number[], branch: number, step: number): number {
  return order[Math.max(0, Math.min(order.length - 1, order.indexOf(branch) + step))];
}
