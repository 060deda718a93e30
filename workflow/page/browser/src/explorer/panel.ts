/** One member in the explorer: its slice beside its merge tree and its barcode, and words for what is pointed at. */

import { element, words } from "../dom";
import { counted, formatNumber, NOT_FINITE } from "../format";
import { Barcode } from "./barcode";
import { BranchTable } from "./branchtable";
import { describe } from "./critical";
import { legend } from "./legend";
import { Line } from "./line";
import type { Orbit } from "./orbit";
import { MOST_BRANCHES } from "./persistence";
import { fieldLabel, type Picture, type Pointed, type Pointing } from "./picture";
import { Plane } from "./plane";
import { Surface } from "./surface";
import { Tree } from "./tree";

const NO_WEBGL = "This browser has no WebGL, which a surface needs; the contour is shown.";

export class Panel {
  readonly host = element("article", { class: "panel" });
  private readonly title = element("h3");
  private readonly said = element("div", { class: "note" });
  private readonly body = element("div", { class: "views" });
  private readonly stage = element("div", { class: "stage" });
  private readonly sliceName = element("figcaption");
  private readonly treeName = element("figcaption");
  private readonly keys = element("div");
  private readonly readout = element("output", { class: "readout", "aria-live": "polite" });
  private readonly counts = element("p", { class: "counts" });
  private readonly found: HTMLElement;
  private readonly plane: Plane;
  private readonly line: Line;
  private surface: Surface | null | undefined;
  private shown: Plane | Line | Surface;
  private readonly tree: Tree;
  private readonly barcode: Barcode;
  private readonly table: BranchTable;
  private picture: Picture | null = null;

  constructor(
    private readonly pointing: Pointing,
    private readonly orbit: Orbit,
  ) {
    this.plane = new Plane(pointing);
    this.line = new Line(pointing);
    this.tree = new Tree(pointing);
    this.barcode = new Barcode(pointing);
    this.table = new BranchTable(pointing);
    this.found = element("div", { class: "folds" }, this.counts, this.table.host);
    this.shown = this.plane;
    const column = (caption: HTMLElement, ...parts: HTMLElement[]) => element("figure", {}, caption, ...parts);
    this.body.append(
      column(this.sliceName, this.stage, this.keys),
      column(this.treeName, this.tree.host),
      column(element("figcaption", {}, "Barcode"), this.barcode.host),
    );
    this.host.append(this.title, this.body, this.found, this.readout, this.said);
  }

  /** Say why there is nothing to see. */
  fail(title: string, sentence: string): void {
    this.picture = null;
    this.title.textContent = title;
    this.body.hidden = this.found.hidden = this.readout.hidden = true;
    this.said.replaceChildren(element("p", { role: "status" }, ...words(sentence)));
  }

  draw(title: string, picture: Picture): void {
    this.picture = picture;
    this.title.textContent = title;
    this.body.hidden = this.found.hidden = this.readout.hidden = false;
    const notes = [...picture.data.notes];
    this.shown = this.viewOf(picture, notes);
    this.sliceName.textContent = this.shown === this.line ? "Curve" : this.shown === this.plane ? "Slice" : "Surface";
    const { representation } = picture;
    this.treeName.textContent = representation ? `Merge tree: ${representation.label}` : "Merge tree";
    if (this.stage.firstChild !== this.shown.host) this.stage.replaceChildren(this.shown.host);
    this.shown.draw(picture);
    this.keys.replaceChildren(legend(picture));
    this.tree.draw(picture);
    this.barcode.draw(picture);
    this.table.draw(title, picture);
    this.count(picture);
    if (!picture.slice.values.some(Number.isFinite)) notes.unshift("No point of this slice has a finite value.");
    else if (!picture.slice.labels.length && picture.branches.n) {
      notes.push(
        `The basins of the ${picture.representation?.label ?? ""} tree are not on the page: the slice shows none.`,
      );
    }
    if (picture.state.scale === "log" && picture.colours.name !== "log") {
      notes.push("A logarithmic scale needs values above 0: this one is linear.");
    }
    this.said.replaceChildren(...[...new Set(notes)].map((note) => element("p", {}, ...words(note))));
  }

  /** Light what is pointed at in all views, and say what it is. */
  highlight(pointed: Pointed | null): void {
    if (!this.picture) return;
    const branch = pointed?.branch ?? -1;
    this.shown.highlight(pointed);
    this.tree.highlight(branch);
    this.barcode.highlight(branch);
    this.say(this.picture, pointed);
  }

  private viewOf(picture: Picture, notes: string[]): Plane | Line | Surface {
    if (picture.data.axes.length === 1) return this.line;
    if (picture.state.view === "contour") return this.plane;
    if (this.surface === undefined) this.surface = Surface.made(this.pointing, this.orbit);
    if (!this.surface) notes.unshift(NO_WEBGL);
    return this.surface ?? this.plane;
  }

  private count({ branches, simplified, representation, state }: Picture): void {
    const kept = simplified.kept.length;
    Object.assign(this.counts.dataset, { branches: String(kept), threshold: String(state.threshold) });
    if (!branches.n) {
      this.counts.textContent = representation ? "The tree has no branches." : "There is no merge tree to show.";
      return;
    }
    const threshold = state.threshold > 0 ? ` of a persistence of at least ${formatNumber(state.threshold)}` : "";
    const words = [`${counted(kept, "branch", "branches")}${threshold}.`];
    if (kept > MOST_BRANCHES)
      words.push(`The ${MOST_BRANCHES} most persistent are drawn, ${kept - MOST_BRANCHES} are left out.`);
    this.counts.textContent = words.join(" ");
  }

  private say({ data, state, slice, branches, negated }: Picture, pointed: Pointed | null): void {
    const words: string[] = [];
    const { dataset } = this.readout;
    for (const name of ["value", "row", "column", "branch"]) dataset[name] = "";
    if (pointed?.point) {
      const [row, column] = pointed.point;
      const value = slice.values[row * slice.columns.length + column];
      const at = state.at.slice();
      at[state.vertical] = slice.rows[row];
      at[state.horizontal] = slice.columns[column];
      const alpha = data.axes.map((axis, k) => formatNumber(axis.coordinates[at[k]]));
      const label = fieldLabel({ data, state });
      words.push(`${label} = ${Number.isFinite(value) ? value : NOT_FINITE} at (${alpha.join(", ")}).`);
      Object.assign(dataset, {
        value: String(value),
        row: String(slice.rows[row]),
        column: String(slice.columns[column]),
      });
    }
    if (pointed && pointed.branch >= 0) {
      words.push(`${pointed.point ? "Basin: " : ""}${describe(branches, pointed.branch, data.axes.length, negated)}`);
      dataset.branch = String(pointed.branch);
    }
    this.readout.classList.toggle("says", words.length > 0);
    const turns = this.shown === this.surface ? ", dragging turns the surface" : "";
    const how = `Point at the ${this.sliceName.textContent?.toLowerCase()}, the tree or the barcode; a click keeps it${turns}.`;
    this.readout.textContent = words.join(" ") || how;
  }
}
