/** What depends on what: each relation's estimate with its interval, beside its sentence. */

import { sentence } from "./answer";
import { DataTable } from "./datatable";
import { button, choice, element, field, type Option } from "./dom";
import { follow } from "./follow";
import { counted, formatNumber, numberOf } from "./format";
import { endsOf, interval, scaleAbove, type Ends } from "./interval";
import type { Cell, Table } from "./payload";
import { compare } from "./rows";
import type { View } from "./view";

const SHOWN = 12;
const NONE = "There are no relations: they need finished landscapes of at least a few models that differ.";
const BEST = "resolved"; // the representation shown at first, where there is one
const ORDERS = ["strength", "metric", "against"] as const;
type By = (typeof ORDERS)[number];

interface Relation {
  readonly metric: string;
  readonly against: string;
  readonly estimate: Cell;
  readonly low: Cell;
  readonly high: Cell;
  readonly p: Cell;
  readonly models: Cell;
  readonly sentence: string;
  readonly representation: string;
  /** The medians of groups, where an axis has names instead of numbers. */
  readonly medians: string;
}

function relationsOf({ columns, rows }: Table): Relation[] {
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const text = (row: readonly Cell[], name: string) => String(row[at(name)] ?? "");
  const number = (row: readonly Cell[], name: string) => row[at(name)] ?? null;
  return rows.map((row) => {
    const representation = text(row, "representation");
    const said = text(row, "sentence");
    return {
      metric: text(row, "metric"),
      against: text(row, "against"),
      estimate: number(row, "estimate"),
      low: number(row, "low"),
      high: number(row, "high"),
      p: number(row, "p_holm"),
      models: number(row, "n_models"),
      sentence: said.startsWith(`${representation}: `) ? said.slice(representation.length + 2) : said,
      representation,
      medians: text(row, "medians"),
    };
  });
}

const ARRANGED: Readonly<Record<By, (a: Relation, b: Relation) => number>> = {
  strength: (a, b) => compare(strength(a), strength(b), true),
  metric: (a, b) => compare(a.metric, b.metric, false) || ARRANGED.strength(a, b),
  against: (a, b) => compare(a.against, b.against, false) || ARRANGED.strength(a, b),
};

function strength({ estimate }: Relation): Cell {
  const size = Math.abs(numberOf(estimate));
  return Number.isNaN(size) ? null : size;
}

/** Return all, and each of the values. */
function options(values: readonly string[]): Option[] {
  return [{ value: "", label: "all" }, ...values.filter(Boolean).map((value) => ({ value, label: value }))];
}

function row(one: Relation, ends: Ends, tagged: boolean): HTMLElement {
  const number = (label: string, text: string) => element("td", { class: "number", "data-label": label }, text);
  const said = element("td", { class: "sentence" });
  if (one.sentence) said.append(...sentence(one.sentence));
  else said.append(element("strong", {}, `${one.metric} against ${one.against}`));
  if (tagged && one.representation) said.append(" ", element("span", { class: "tag" }, one.representation));
  if (one.medians) said.append(element("div", { class: "note" }, `Medians: ${one.medians}`));
  return element(
    "tr",
    {},
    said,
    element("td", { class: "plot" }, interval(one.estimate, one.low, one.high, ends)),
    number("estimate", formatNumber(one.estimate)),
    number("interval", `${formatNumber(one.low)} to ${formatNumber(one.high)}`),
    number("Holm p", formatNumber(one.p)),
    number("models", formatNumber(one.models)),
  );
}

class Relations {
  private readonly all: Relation[];
  private readonly ends: Ends;
  private readonly body = element("tbody");
  private readonly said = element("span", { role: "status" });
  private readonly more = button("Show all", () => this.set(() => (this.whole = true)));
  private metric = "";
  private against = "";
  private representation = "";
  private by: By = "strength";
  private whole = false;

  constructor(host: HTMLElement, table: Table, name: string) {
    this.all = relationsOf(table);
    this.ends = endsOf(this.all.flatMap(({ estimate, low, high }) => [estimate, low, high]));
    const distinct = (part: (one: Relation) => string) => [...new Set(this.all.map(part))];
    const representations = distinct((one) => one.representation);
    this.representation = representations.includes(BEST) ? BEST : representations[0];
    const one = (label: string, values: string[], value: string, chosen: (value: string) => void) =>
      field(label, choice(options(values), value, (found) => this.set(() => chosen(found))));
    const orders = ORDERS.map((value) => ({ value, label: value }));
    const heads = ["Estimate", "Interval", "Holm p", "Models"];
    host.replaceChildren(
      element(
        "div",
        { class: "controls" },
        one("Metric", distinct(({ metric }) => metric).sort(), "", (value) => (this.metric = value)),
        one("Against", distinct(({ against }) => against), "", (value) => (this.against = value)),
        one("Representation", representations, this.representation, (value) => (this.representation = value)),
        field("Sorted by", choice(orders, this.by, (value) => this.set(() => (this.by = value as By)))),
      ),
      element(
        "div",
        { class: "scroll", role: "region", tabindex: 0, "aria-label": "Relations, scrolls sideways" },
        element(
          "table",
          { class: "relations" },
          element("caption", { class: "visually-hidden" }, "Relations with their estimates and intervals"),
          element(
            "thead",
            {},
            element(
              "tr",
              {},
              element("th", { scope: "col" }, "Relation"),
              element("th", { scope: "col", class: "plot" }, scaleAbove(this.ends), this.hidden("Picture")),
              ...heads.map((head) => element("th", { scope: "col", class: "number" }, head)),
            ),
          ),
          this.body,
        ),
      ),
      element("div", { class: "pages" }, this.said, this.more),
      this.table(table, name),
    );
    this.draw();
  }

  private hidden(text: string): HTMLElement {
    return element("span", { class: "visually-hidden" }, text);
  }

  /** All columns, made when someone wants them. */
  private table(table: Table, name: string): HTMLElement {
    const details = element("details", { class: "screen" }, element("summary", {}, "All numbers of the relations"));
    details.addEventListener("toggle", () => {
      if (!details.open || details.childElementCount > 1) return;
      const columns = (found: Table) => found.columns.map((column) => column.name).filter((one) => one !== "sentence");
      const caption = "All numbers of the relations";
      details.append(new DataTable(table, { caption, file: `${name}-relations`, columns }).host);
    });
    return details;
  }

  private set(change: () => void): void {
    change();
    this.draw();
  }

  private draw(): void {
    const meets = (wanted: string, value: string) => wanted === "" || value === wanted;
    const found = this.all.filter(
      ({ metric, against, representation }) =>
        meets(this.metric, metric) && meets(this.against, against) && meets(this.representation, representation),
    );
    found.sort(ARRANGED[this.by]);
    const shown = this.whole ? found : found.slice(0, SHOWN);
    this.body.replaceChildren(...shown.map((one) => row(one, this.ends, this.representation === "")));
    this.said.textContent = `${shown.length} of ${counted(found.length, "relation")}; the interval of an open dot reaches 0`;
    this.more.hidden = shown.length === found.length;
    this.more.textContent = `Show all ${found.length}`;
  }
}

/** Show this section in `host`. */
export function mountRelations(host: HTMLElement, view: View): void {
  follow(view, ({ name, relations }) => ({ name, relations }), ({ name, relations }) => {
    if (relations.rows.length === 0) host.replaceChildren(element("p", { class: "note" }, NONE));
    else new Relations(host, relations, name.replaceAll(/[^\w.-]+/g, "-"));
  });
}
