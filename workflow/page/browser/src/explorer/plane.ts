/** A slice as coloured cells with contour lines, minima and saddles; a point of it can be pointed at. */

import { element, shape } from "../dom";
import type { Slice } from "../payload";
import { cellOfPixel, edges, paint, veil } from "./cells";
import { BOTTOM, colourBar, framed, HEIGHT, LEFT, named, planeAxes, SIZE, TOP, WIDTH } from "./frame";
import { isoline } from "./isolines";
import { basin } from "./persistence";
import { branchAt, fieldLabel, pointedBy, type Picture, type Pointed, type Pointing } from "./picture";

/** Pixels of the canvases: twice those of the picture, for fine screens. */
const PIXELS = 2 * SIZE;
const LINES = 20;

function taken(coordinates: Float64Array, indices: Int32Array): Float64Array {
  return Float64Array.from(indices, (i) => coordinates[i]);
}

/** Lines need no more points along an axis than this: they are about two pixels apart. */
const FINEST = 200;

/** Return which of n points lines are drawn through: all, or evenly many of them. */
function thinned(n: number): Int32Array {
  const step = Math.ceil(n / FINEST);
  return Int32Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

export class Plane {
  readonly host: HTMLElement;
  private readonly cells = framed(PIXELS, "cells");
  private readonly cover = framed(PIXELS, "veil");
  private readonly lines = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  private readonly cursor = shape("rect", { class: "cursor" });
  private picture: Picture | null = null;
  private across: Int32Array = new Int32Array(0);
  private down: Int32Array = new Int32Array(0);
  private xEdges: Float64Array = new Float64Array(0);
  private yEdges: Float64Array = new Float64Array(0);
  /** The branch that is lit, null where nothing is drawn yet. */
  private lit: number | null = null;
  private point: readonly [number, number] | null = null;

  constructor(private readonly pointing: Pointing) {
    this.host = element("div", { class: "plane", tabindex: 0, role: "application", "aria-roledescription": "slice" });
    this.host.append(this.cells, this.cover, this.lines);
    pointedBy(this.host, pointing, (event) => this.under(event));
    this.host.addEventListener("keydown", (event) => this.key(event));
  }

  draw(picture: Picture): void {
    this.picture = picture;
    this.lit = null;
    const { slice, state, data, colours } = picture;
    const x = taken(data.axes[state.horizontal].coordinates, slice.columns);
    const y = taken(data.axes[state.vertical].coordinates, slice.rows);
    this.xEdges = edges(x);
    this.yEdges = edges(y);
    this.across = cellOfPixel(this.xEdges, PIXELS);
    this.down = cellOfPixel(this.yEdges, PIXELS, true);
    paint(this.cells, slice.values, this.across, this.down, slice.columns.length, colours);
    if (this.point && (this.point[0] >= y.length || this.point[1] >= x.length)) this.point = null;
    const names = [data.axes[state.horizontal].name, data.axes[state.vertical].name];
    const [x0, x1] = [this.xEdges[0], this.xEdges[x.length]];
    const [y0, y1] = [this.yEdges[0], this.yEdges[y.length]];
    const parts: SVGElement[] = [
      this.contours(slice, x, y),
      planeAxes({ name: names[0], from: x0, to: x1 }, { name: names[1], from: y0, to: y1 }),
      colourBar(colours, fieldLabel(picture)),
    ];
    for (const mark of picture.marks.drawn) {
      const [px, py] = [this.placeX(mark.x), this.placeY(mark.y)];
      if (px >= LEFT - 1 && px <= LEFT + SIZE + 1 && py >= TOP - 1 && py <= BOTTOM + 1) {
        parts.push(named(picture, mark, px, py));
      }
    }
    this.lines.replaceChildren(...parts, this.cursor);
    this.host.setAttribute(
      "aria-label",
      `Slice of ${y.length} by ${x.length} points, ${names[1]} upwards and ${names[0]} to the right. Arrow keys ` +
        "move a point, Enter keeps its basin, Escape frees it.",
    );
  }

  /** Veil all but the basin of a branch (-1 for none), and frame a point. */
  highlight(pointed: Pointed | null): void {
    const { picture } = this;
    if (!picture) return;
    const branch = pointed?.branch ?? -1;
    if (branch !== this.lit) this.light(picture, branch); // most points have their neighbour's basin
    const point = pointed?.point ?? null;
    this.cursor.classList.toggle("shown", point !== null);
    if (!point) return;
    this.point = point;
    const [row, column] = point;
    const left = this.placeX(this.xEdges[column]);
    const top = this.placeY(this.yEdges[row + 1]);
    this.cursor.setAttribute("x", String(left));
    this.cursor.setAttribute("y", String(top));
    this.cursor.setAttribute("width", String(this.placeX(this.xEdges[column + 1]) - left));
    this.cursor.setAttribute("height", String(this.placeY(this.yEdges[row]) - top));
  }

  private light({ slice, simplified }: Picture, branch: number): void {
    this.lit = branch;
    const context = this.cover.getContext("2d") as CanvasRenderingContext2D;
    context.clearRect(0, 0, PIXELS, PIXELS);
    if (branch >= 0 && slice.labels.length) {
      const inside = basin(slice.labels, simplified.heir, branch);
      veil(this.cover, inside, this.across, this.down, slice.columns.length);
    }
    for (const mark of this.lines.querySelectorAll<SVGGElement>(".mark")) {
      mark.classList.toggle("lit", mark.dataset.branch === String(branch));
    }
  }

  private placeX(value: number): number {
    const [from, to] = [this.xEdges[0], this.xEdges[this.xEdges.length - 1]];
    return LEFT + ((value - from) / (to - from)) * SIZE;
  }

  private placeY(value: number): number {
    const [from, to] = [this.yEdges[0], this.yEdges[this.yEdges.length - 1]];
    return BOTTOM - ((value - from) / (to - from)) * SIZE;
  }

  private contours(slice: Slice, x: Float64Array, y: Float64Array): SVGPathElement {
    const { colours } = this.picture as Picture;
    const [rows, columns] = [thinned(y.length), thinned(x.length)];
    const values = new Float64Array(rows.length * columns.length);
    rows.forEach((row, i) => {
      columns.forEach((column, j) => {
        values[i * columns.length + j] = slice.values[row * x.length + column];
      });
    });
    const px = Float64Array.from(columns, (j) => this.placeX(x[j]));
    const py = Float64Array.from(rows, (i) => this.placeY(y[i]));
    const pieces: string[] = [];
    for (let k = 1; k < LINES; k++) {
      isoline(values, px, py, colours.value(k / LINES), (x0, y0, x1, y1) => {
        pieces.push(`M${x0.toFixed(1)} ${y0.toFixed(1)}L${x1.toFixed(1)} ${y1.toFixed(1)}`);
      });
    }
    return shape("path", { d: pieces.join(""), class: "isolines" });
  }

  private under(event: MouseEvent): Pointed | null {
    if (!this.picture) return null;
    const box = this.cells.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * PIXELS);
    const y = Math.floor(((event.clientY - box.top) / box.height) * PIXELS);
    if (x < 0 || y < 0 || x >= PIXELS || y >= PIXELS) return null;
    return this.at(this.down[y], this.across[x]);
  }

  private at(row: number, column: number): Pointed {
    return { point: [row, column], branch: branchAt(this.picture as Picture, row, column) };
  }

  private key(event: KeyboardEvent): void {
    if (!this.picture) return;
    const { rows, columns } = this.picture.slice;
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    const [row, column] = this.point ?? [rows.length >> 1, columns.length >> 1];
    if (event.key === "Enter" || event.key === " ") this.pointing.pin(this.at(row, column));
    else if (step) {
      const within = (index: number, length: number) => Math.max(0, Math.min(length - 1, index));
      this.pointing.hover(this.at(within(row + step[0], rows.length), within(column + step[1], columns.length)));
    } else return;
    event.preventDefault();
  }
}
