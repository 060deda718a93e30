/** Specification curves: one rank correlation under every choice of analysis, sorted, with the choices below. */

import { scaleLinear } from "d3-scale";
import { element, field, shape, words } from "./dom";
import { follow } from "./follow";
import { counted, formatNumber, numberOf } from "./format";
import { endsOf } from "./interval";
import type { Curve } from "./payload";
import { compare } from "./rows";
import type { View } from "./view";

const NONE = "Other choices of analysis are not compared yet: `landsweep robust RUN` does that.";
const WIDTH = 960;
const LEFT = 250;
const RIGHT = 12;
const TOP = 10;
const PLOT = 170; // height of the estimates
const GAP = 16;
const LINE = 18; // height of a choice's row
const TICKS = 5;
const LONGEST = 36; // characters of a label; its whole text is its title

const OWN = "of the study"; // the choice that says which specification is the study's own
const YES = "yes";

interface Row {
  readonly choice: string;
  readonly value: string;
}

/** Return the rows of the matrix: every value of each choice that differs between specifications. */
function rowsOf({ specifications }: Curve): Row[] {
  const values = new Map<string, Set<string>>();
  for (const { choices } of specifications) {
    for (const [choice, value] of Object.entries(choices)) {
      values.set(choice, (values.get(choice) ?? new Set()).add(value));
    }
  }
  const found = [...values].filter(([, set]) => set.size > 1);
  const sorted = (set: Set<string>) => [...set].sort((a, b) => compare(a, b, false));
  const rows = found.flatMap(([choice, set]) => sorted(set).map((value) => ({ choice, value })));
  return rows.filter(({ choice, value }) => choice !== OWN || value === YES);
}

function label(row: Row, y: number): SVGTextElement {
  const text = row.choice === OWN ? OWN : `${row.choice}: ${row.value}`;
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return shape("text", { x: LEFT - 14, y, "text-anchor": "end", "dominant-baseline": "middle" }, short, shape("title", {}, text));
}

class Picture {
  readonly host: SVGSVGElement;
  private readonly marks: SVGElement[][] = [];
  private readonly pointer = shape("line", { class: "chosen", y1: TOP, y2: TOP + PLOT });
  private readonly x;

  constructor(curve: Curve, rows: readonly Row[]) {
    const n = curve.specifications.length;
    const height = TOP + PLOT + GAP + rows.length * LINE + 4;
    this.x = scaleLinear([0, Math.max(1, n - 1)], [LEFT, WIDTH - RIGHT]);
    const y = scaleLinear(endsOf(curve.specifications.map(({ estimate }) => estimate)), [TOP + PLOT, TOP]);
    const said = `Specification curve: ${curve.sentence}`;
    this.host = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": said });
    for (const tick of y.ticks(TICKS)) {
      const at = { y1: y(tick), y2: y(tick), x1: LEFT - 6, x2: WIDTH - RIGHT };
      const line = shape("g", { class: "axis" }, shape("line", at));
      const text = { x: LEFT - 14, y: y(tick), "text-anchor": "end", "dominant-baseline": "middle" };
      this.host.append(line, shape("text", text, formatNumber(tick)));
    }
    this.host.append(shape("line", { class: "zero", x1: LEFT - 6, x2: WIDTH - RIGHT, y1: y(0), y2: y(0) }), this.pointer);
    const centre = (row: number) => TOP + PLOT + GAP + (row + 0.5) * LINE;
    rows.forEach((row, k) => this.host.append(label(row, centre(k))));
    const radius = Math.min(4, Math.max(1.2, (WIDTH - LEFT) / n / 2.4));
    curve.specifications.forEach(({ estimate, choices }, i) => {
      const marks: SVGElement[] = [];
      const at = numberOf(estimate);
      if (Number.isFinite(at)) marks.push(shape("circle", { class: "estimate", cx: this.x(i), cy: y(at), r: radius + 0.8 }));
      rows.forEach(({ choice, value }, k) => {
        if (choices[choice] !== value) return;
        marks.push(shape("circle", { class: "choice", cx: this.x(i), cy: centre(k), r: radius }));
      });
      this.marks.push(marks);
      this.host.append(...marks);
    });
  }

  /** Mark one specification. */
  choose(index: number): void {
    this.marks.forEach((marks, i) => marks.forEach((mark) => mark.classList.toggle("chosen", i === index)));
    this.pointer.setAttribute("x1", String(this.x(index)));
    this.pointer.setAttribute("x2", String(this.x(index)));
  }

  /** Return the specification that is nearest to a place of the screen. */
  nearest(clientX: number): number {
    const box = this.host.getBoundingClientRect();
    const at = Math.round(this.x.invert(((clientX - box.left) / box.width) * WIDTH));
    return Math.min(this.marks.length - 1, Math.max(0, at));
  }
}

function drawn(curve: Curve): HTMLElement {
  const n = curve.specifications.length;
  const host = element("div", { class: "curve" }, element("h3", {}, `${curve.metric} against ${curve.axis}`));
  host.append(element("p", { class: "note prose" }, curve.sentence));
  if (n === 0) return host;
  const picture = new Picture(curve, rowsOf(curve));
  const said = element("p", { class: "note", role: "status" });
  const slider = element("input", { type: "range", min: 0, max: n - 1, step: 1, value: 0 });
  const choose = (index: number) => {
    const { estimate, choices } = curve.specifications[index];
    const others = Object.entries(choices).filter(([name]) => name !== OWN);
    const chosen = others.map(([name, value]) => `${name} ${value}`).join(", ");
    const own = choices[OWN] === YES ? " (that of the study)" : "";
    slider.value = String(index);
    slider.setAttribute("aria-valuetext", `specification ${index + 1} of ${n}, estimate ${formatNumber(estimate)}`);
    said.textContent = `${index + 1} of ${counted(n, "specification")}: ${formatNumber(estimate)} with ${chosen}${own}`;
    picture.choose(index);
  };
  slider.addEventListener("input", () => choose(Number(slider.value)));
  picture.host.addEventListener("pointermove", (event) => choose(picture.nearest(event.clientX)));
  const scroll = { class: "scroll", role: "region", tabindex: 0, "aria-label": `Curve of ${curve.metric} against ${curve.axis}` };
  host.append(element("div", scroll, picture.host));
  host.append(element("div", { class: "controls" }, field("Specification", slider)), said);
  choose(Math.max(0, curve.specifications.findIndex(({ choices }) => choices[OWN] === YES)));
  return host;
}

/** Show this section in `host`. */
export function mountCurve(host: HTMLElement, view: View): void {
  follow(view, ({ curves }) => curves, (curves) => {
    if (curves.length === 0) host.replaceChildren(element("p", { class: "note" }, ...words(NONE)));
    else host.replaceChildren(...curves.map(drawn));
  });
}
