/** Controls that say which rows of a table are shown. */

import { button, choice, element, field, type Option } from "./dom";
import type { Table } from "./payload";
import { TESTS, type Condition, type Test } from "./rows";

interface Named extends Omit<Condition, "column"> {
  readonly name: string;
}

export class Filters {
  readonly host = element("div", {});
  private readonly search = element("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  private readonly value = element("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  private readonly column = choice([], "", () => {});
  private readonly test = choice(TESTS.map((one) => ({ value: one, label: one })), "=", () => {});
  private readonly chips = element("ul", { class: "chips", "aria-label": "Conditions", hidden: true });
  private readonly said = element("span", { role: "alert", class: "note" });
  private set: Named[] = [];
  private table: Table = { columns: [], rows: [] };

  constructor(private readonly changed: () => void) {
    this.search.addEventListener("input", () => this.changed());
    const add = element(
      "form",
      { class: "controls" },
      field("Rows that contain", this.search),
      field("Only rows with", this.column),
      field("which is", this.test),
      field("this value", this.value),
      element("button", { type: "submit" }, "Add condition"),
      this.said,
    );
    add.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
    this.host.append(add, this.chips);
  }

  text(): string {
    return this.search.value;
  }

  /** Return the conditions whose columns the table has. */
  conditions(): Condition[] {
    const at = (name: string) => this.table.columns.findIndex((column) => column.name === name);
    return this.set.map((one) => ({ ...one, column: at(one.name) })).filter(({ column }) => column >= 0);
  }

  update(table: Table): void {
    const names = (one: Table) => one.columns.map(({ name }) => name).join("\n");
    const same = names(table) === names(this.table);
    this.table = table;
    if (same) return;
    const options: Option[] = table.columns.map(({ name, label }) => ({ value: name, label }));
    this.column.replaceChildren(...options.map(({ value, label }) => element("option", { value }, label)));
  }

  private add(): void {
    const test = this.test.value as Test;
    const value = this.value.value;
    const bound = test === "≥" || test === "≤";
    if (bound && (value.trim() === "" || !Number.isFinite(Number(value)))) {
      this.said.textContent = `“${value}” is not a number, and ${test} needs one.`;
      this.value.focus();
      return;
    }
    this.said.textContent = "";
    this.value.value = "";
    this.set = [...this.set, { name: this.column.value, test, value }];
    this.draw();
  }

  private draw(): void {
    this.chips.hidden = this.set.length === 0;
    const chips = this.set.map((one) => {
      const label = this.table.columns.find(({ name }) => name === one.name)?.label ?? one.name;
      const text = `${label} ${one.test} ${one.value}`;
      const remove = () => {
        this.set = this.set.filter((other) => other !== one);
        this.draw();
        this.search.focus();
      };
      return element("li", {}, button(`${text} ✕`, remove, { "aria-label": `Remove the condition ${text}` }));
    });
    this.chips.replaceChildren(...chips);
    this.changed();
  }
}
