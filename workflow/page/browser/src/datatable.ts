/** A table that people sort, filter, and save; it keeps what they have set when its rows change. */

import { saved } from "./copying";
import { button, choice, element, field } from "./dom";
import { Filters } from "./filters";
import { counted, exact, formatNumber } from "./format";
import type { Table } from "./payload";
import { csv, shownRows, type Order } from "./rows";

export interface Options {
  /** What it has, in words; also read out. */
  readonly caption: string;
  /** The name of the file that is saved, without its end. */
  readonly file: string;
  /** Names of the columns shown at first. */
  readonly columns: (table: Table) => string[];
  /** The column whose cells are buttons that choose their row. */
  readonly key?: string;
  readonly choose?: (row: number) => void;
}

const SIZES = [12, 50, 500];
const PRINTED = 1000; // rows at most, whatever a page of the screen has

export class DataTable {
  readonly host = element("div", { class: "datatable" });
  private readonly names = new Set<string>();
  private readonly known = new Set<string>();
  private readonly filters: Filters;
  private readonly pick = element("div", { class: "choices", role: "group", "aria-label": "Columns" });
  private readonly head = element("tr");
  private readonly body = element("tbody");
  private readonly said = element("span", { role: "status" });
  private readonly back = button("Previous", () => this.turn(-1));
  private readonly on = button("Next", () => this.turn(1));
  private order: { name: string; falling: boolean } | null = null;
  private size = SIZES[0];
  private first = 0;
  private readonly print = matchMedia("print");
  private shown: number[] = [];
  private chosen: (row: number) => boolean = () => false;

  constructor(
    private table: Table,
    private readonly options: Options,
  ) {
    this.filters = new Filters(() => this.restart());
    const sizes = choice(SIZES.map((n) => ({ value: String(n), label: String(n) })), String(this.size), (value) => {
      this.size = Number(value);
      this.restart();
    });
    const all = () => this.show(this.table.columns.map(({ name }) => name));
    const columns = element(
      "details",
      { class: "screen" },
      element("summary", {}, "Columns"),
      element("div", { class: "buttons" }, button("All", all), button("As at first", () => this.show(this.defaults()))),
      this.pick,
    );
    this.host.append(
      this.filters.host,
      columns,
      element(
        "div",
        { class: "scroll", role: "region", tabindex: 0, "aria-label": `${options.caption}, scrolls sideways` },
        element("table", {}, this.caption(), element("thead", {}, this.head), this.body),
      ),
      element(
        "div",
        { class: "pages" },
        this.said,
        this.back,
        this.on,
        field("Rows a page", sizes),
        saved("Save as CSV", `${options.file}.csv`, () => csv(this.table, this.columns(), this.shown)),
      ),
    );
    const turned = () => {
      if (this.host.isConnected) this.draw();
      else this.print.removeEventListener("change", turned);
    };
    this.print.addEventListener("change", turned);
    this.update(table);
  }

  /** Show other rows, and columns that are new. */
  update(table: Table): void {
    this.table = table;
    const defaults = new Set(this.defaults());
    for (const { name } of table.columns) {
      if (!this.known.has(name) && defaults.has(name)) this.names.add(name);
      this.known.add(name);
    }
    this.filters.update(table);
    this.drawChoices();
    this.drawHead();
    this.draw();
  }

  /** Mark the rows for which `chosen` is true. */
  mark(chosen: (row: number) => boolean): void {
    this.chosen = chosen;
    this.draw();
  }

  private defaults(): string[] {
    return this.options.columns(this.table);
  }

  private show(names: readonly string[]): void {
    this.names.clear();
    for (const name of names) this.names.add(name);
    this.pick.replaceChildren();
    this.drawChoices();
    this.drawHead();
    this.draw();
  }

  private caption(): HTMLElement {
    return element("caption", { class: "visually-hidden" }, this.options.caption);
  }

  private columns(): number[] {
    return this.table.columns.flatMap(({ name }, index) => (this.names.has(name) ? [index] : []));
  }

  private sorting(): Order | null {
    const column = this.table.columns.findIndex(({ name }) => name === this.order?.name);
    return this.order && column >= 0 ? { column, falling: this.order.falling } : null;
  }

  private restart(): void {
    this.first = 0;
    this.draw();
  }

  private turn(by: number): void {
    this.first += by * this.size;
    this.draw();
  }

  private drawChoices(): void {
    if (this.pick.childElementCount === this.table.columns.length) return;
    const boxes = this.table.columns.map(({ name, label, description }) => {
      const box = element("input", { type: "checkbox" });
      box.checked = this.names.has(name);
      box.addEventListener("change", () => {
        if (box.checked) this.names.add(name);
        else this.names.delete(name);
        this.drawHead();
        this.draw();
      });
      return element("label", { title: description || name }, box, label);
    });
    this.pick.replaceChildren(...boxes);
  }

  private drawHead(): void {
    const cells = this.columns().map((column) => {
      const { name, label, description, kind } = this.table.columns[column];
      const cell = element("th", { scope: "col", class: kind === "number" ? "number" : null });
      const sort = button(
        label,
        () => {
          this.order = { name, falling: this.order?.name === name && !this.order.falling };
          for (const other of this.head.children) other.removeAttribute("aria-sort");
          cell.setAttribute("aria-sort", this.order.falling ? "descending" : "ascending");
          this.restart();
        },
        { title: description || name },
      );
      if (this.order?.name === name) cell.setAttribute("aria-sort", this.order.falling ? "descending" : "ascending");
      cell.append(sort);
      return cell;
    });
    this.head.replaceChildren(...cells);
  }

  private draw(): void {
    const columns = this.columns();
    this.shown = shownRows(this.table, columns, this.filters.text(), this.filters.conditions(), this.sorting());
    const last = Math.floor(Math.max(0, this.shown.length - 1) / this.size) * this.size;
    this.first = Math.min(Math.max(0, this.first), last);
    const first = this.print.matches ? 0 : this.first;
    const part = this.shown.slice(first, first + (this.print.matches ? PRINTED : this.size));
    this.body.replaceChildren(...part.map((row) => this.row(row, columns)));
    this.back.disabled = this.first === 0;
    this.on.disabled = this.first >= last;
    const all = counted(this.table.rows.length, "row");
    const range = part.length ? `Rows ${first + 1} to ${first + part.length} of ${this.shown.length}` : "No rows";
    this.said.textContent = this.shown.length === this.table.rows.length ? range : `${range} (of ${all} in all)`;
  }

  private row(row: number, columns: readonly number[]): HTMLElement {
    const { key, choose } = this.options;
    const cells = columns.map((column) => {
      const { name, kind } = this.table.columns[column];
      const value = this.table.rows[row][column];
      const text = formatNumber(value);
      const cell = element("td", { class: kind === "number" ? "number" : "text" });
      if (kind === "number" && text !== exact(value) && value !== null) cell.title = exact(value);
      if (name === key && choose) {
        const chosen = button(text, () => choose(row), { "aria-label": `${text}: show its landscape` });
        cell.append(chosen);
      } else cell.append(text);
      return cell;
    });
    const made = element("tr", { class: this.chosen(row) ? "chosen" : null, "data-row": row }, ...cells);
    if (this.chosen(row)) made.setAttribute("aria-current", "true");
    return made;
  }
}
