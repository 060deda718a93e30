/** The most persistent branches as a table, to be read aloud and copied. */

import { element } from "../dom";
import { formatNumber, MISSING } from "../format";
import { coordinates, markWords } from "./critical";
import type { Branches } from "../payload";
import type { Picture, Pointing } from "./picture";

const ROWS = 20;

export class BranchTable {
  readonly host: HTMLElement = element("details", { class: "branch-table" });
  private readonly title = element("summary");
  private readonly table = element("table");
  private readonly scrolled = element("div", { class: "wide", tabindex: 0, role: "region" });

  private branches: Branches | null = null;
  private threshold = Number.NaN;

  constructor(private readonly pointing: Pointing) {
    this.scrolled.append(this.table);
    this.host.append(this.title, this.scrolled);
  }

  draw(title: string, picture: Picture): void {
    this.scrolled.setAttribute("aria-label", `Branches of ${title}`);
    const { branches, persistence, simplified, data, negated, state } = picture;
    if (this.branches === branches && this.threshold === state.threshold) return; // a reader may be within it
    this.branches = branches;
    this.threshold = state.threshold;
    const d = data.axes.length;
    const shown = simplified.kept.slice(0, ROWS);
    this.host.hidden = shown.length === 0;
    this.title.textContent =
      shown.length < simplified.kept.length ? `Table of the ${shown.length} most persistent` : "Table of them";
    const what = negated ? "maximum" : "minimum";
    const heads = [`${what} at`, "value", "persistence", "saddle at", "value of saddle", "points of basin", "note"];
    const rows = shown.map((branch) => {
      const ends = branches.parent[branch] >= 0;
      const choose = element(
        "button",
        { type: "button", class: "coordinates" },
        coordinates(branches.minimum, branch, d),
      );
      choose.addEventListener("click", () => this.pointing.pin({ branch, point: null }));
      choose.addEventListener("focus", () => this.pointing.hover({ branch, point: null }));
      choose.addEventListener("blur", () => this.pointing.hover(null));
      const row = element("tr", {}, element("th", { scope: "row" }, choose));
      const volume = this.volume(picture, branch);
      for (const text of [
        formatNumber(branches.birth[branch]),
        Number.isFinite(persistence[branch]) ? formatNumber(persistence[branch]) : "never ends",
        ends ? coordinates(branches.saddle, branch, d) : MISSING,
        ends ? formatNumber(branches.death[branch]) : MISSING,
        volume < 0 ? MISSING : String(volume),
        markWords(branches.mark[branch]),
      ]) {
        row.append(element("td", {}, text));
      }
      return row;
    });
    this.table.replaceChildren(
      element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...rows),
    );
  }

  /** The points of a branch's basin and of those that count for it; -1 where one is not known. */
  private volume({ branches, simplified }: Picture, branch: number): number {
    let sum = 0;
    for (let i = 0; i < branches.n; i++) {
      if (simplified.heir[i] !== branch) continue;
      if (!(branches.volume[i] >= 0)) return -1;
      sum += branches.volume[i];
    }
    return sum;
  }
}
