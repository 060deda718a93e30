/** The controls of the explorer. */

import { element, field, offer } from "../dom";
import { formatNumber } from "../format";
import type { MemberData } from "../payload";
import { canBeLog, type Scale, type ScaleName } from "./scale";
import type { State } from "./state";

/** How a change is kept in the history of the browser: as a step to which "back" leads, or not. */
type Change = (patch: Partial<State>, step: boolean) => void;

const STEPS = 200;

/** Return the persistence at a place of the slider: 0, then logarithmic from the smallest to the largest. */
function atPlace(place: number, [low, high]: readonly [number, number]): number {
  if (place <= 0) return 0;
  return place >= STEPS ? high : low * (high / low) ** ((place - 1) / (STEPS - 1));
}

/** Return the place of the slider nearest to a persistence. */
function placeOf(threshold: number, [low, high]: readonly [number, number]): number {
  if (!(threshold > 0)) return 0;
  if (threshold >= high || low === high) return STEPS;
  return Math.max(1, Math.min(STEPS, Math.round(1 + ((STEPS - 1) * Math.log(threshold / low)) / Math.log(high / low))));
}

type Choice = readonly [string, string];

const alike = (text: string): Choice => [text, text];
const VIEWS = ["contour", "surface"] as const;
const SCALES = ["linear", "log", "clipped"] as const;

export class Controls {
  readonly host = element("div", { class: "explorer-controls" });
  private readonly member = element("select");
  private readonly beside = element("select");
  private readonly field = element("select");
  private readonly representation = element("select");
  private readonly horizontal = element("select");
  private readonly vertical = element("select");
  private readonly view = element("select");
  private readonly scale = element("select");
  private readonly slider = element("input", { type: "range", min: 0, max: STEPS, step: 1 });
  private readonly number = element("input", {
    type: "number",
    min: 0,
    step: "any",
    "aria-label": "Least persistence, a value",
  });
  private readonly sliders = element("div", { class: "axis-sliders" });
  private readonly members = element(
    "div",
    { class: "controls" },
    field("Member", this.member),
    field("Beside it", this.beside),
  );
  private readonly grid = element(
    "div",
    { class: "controls" },
    field("Field", this.field),
    field("Tree", this.representation),
    field("To the right", this.horizontal),
    field("Upwards", this.vertical),
    field("View", this.view),
    field("Scale", this.scale),
    element("div", { class: "field persistence" }, field("Least persistence", this.slider), this.number),
    this.sliders,
  );
  private reach: readonly [number, number] | null = null;
  private axes = "";

  constructor(
    private readonly change: Change,
    choose: (which: "member" | "beside", key: string) => void,
  ) {
    this.host.append(this.members, this.grid);
    offer(this.view, VIEWS.map(alike), VIEWS[0]);
    const on = (select: HTMLSelectElement, act: (value: string) => void) =>
      select.addEventListener("change", () => act(select.value));
    on(this.member, (key) => choose("member", key));
    on(this.beside, (key) => choose("beside", key));
    on(this.field, (value) => change({ field: value }, true));
    on(this.representation, (representation) => change({ representation, branch: -1 }, true));
    on(this.view, (value) => change({ view: value as State["view"] }, true));
    on(this.scale, (value) => change({ scale: value as ScaleName }, true));
    this.slider.addEventListener("input", () => {
      if (this.reach) change({ threshold: atPlace(Number(this.slider.value), this.reach) }, false);
    });
    this.number.addEventListener("change", () => {
      const threshold = Number(this.number.value);
      if (this.number.value && threshold >= 0) change({ threshold }, true);
      else {
        this.number.setCustomValidity("A persistence is a number of at least 0.");
        this.number.reportValidity();
      }
    });
    this.number.addEventListener("input", () => this.number.setCustomValidity(""));
  }

  /** Show what can be chosen of members, and which are. */
  offer(all: readonly Choice[], member: string, beside: string): void {
    offer(this.member, all, member);
    offer(this.beside, [["", "none"], ...all], beside);
    this.members.hidden = all.length < 2;
  }

  /** Show the controls of grids only where there is one. */
  grids(there: boolean): void {
    this.grid.hidden = !there;
  }

  /** Show what can be chosen of a member, and what is. */
  show(state: State, data: MemberData, colours: Scale, low: number, reach: readonly [number, number] | null): void {
    offer(
      this.field,
      data.fields.map(({ name, label }) => [name, label]),
      state.field,
    );
    offer(
      this.representation,
      data.representations.map(({ name, label }) => [name, label]),
      state.representation,
    );
    const axes = data.axes.map(({ name }, k): Choice => [String(k), name]);
    for (const [select, key, other] of [
      [this.horizontal, "horizontal", "vertical"],
      [this.vertical, "vertical", "horizontal"],
    ] as const) {
      offer(select, axes, String(state[key]));
      select.onchange = () => {
        const chosen = Number(select.value);
        const patch = chosen === state[other] ? { [other]: state[key] } : {}; // the two change places
        this.change({ ...patch, [key]: chosen }, true);
      };
      (select.parentElement as HTMLElement).hidden = data.axes.length < 2;
    }
    (this.view.parentElement as HTMLElement).hidden = data.axes.length < 2;
    offer(this.scale, SCALES.map(alike), colours.name);
    this.scale.title = canBeLog(low) ? "" : "A logarithmic scale needs values above 0.";
    (this.scale.options[1] as HTMLOptionElement).disabled = !canBeLog(low);
    for (const select of [this.field, this.representation]) {
      (select.parentElement as HTMLElement).hidden = select.options.length < 2; // there is nothing to choose
    }
    this.view.value = state.view;
    this.showSliders(state, data);
    this.reach = reach;
    this.slider.disabled = this.number.disabled = reach === null;
    this.slider.value = String(reach ? placeOf(state.threshold, reach) : 0);
    this.slider.setAttribute("aria-valuetext", formatNumber(state.threshold));
    if (document.activeElement !== this.number) this.number.value = String(Number(state.threshold.toPrecision(6)));
  }

  /** One slider for each axis that is not in the plane. */
  private showSliders(state: State, data: MemberData): void {
    const others = data.axes.map((_, k) => k).filter((k) => k !== state.horizontal && k !== state.vertical);
    const key = JSON.stringify([
      data.axes.map(({ name, coordinates }) => [name, coordinates.length]),
      data.strides,
      others,
    ]);
    if (key !== this.axes) {
      this.axes = key;
      this.sliders.replaceChildren(
        ...others.map((k) => {
          const last = Math.floor((data.axes[k].coordinates.length - 1) / data.strides[k]);
          const slider = element("input", { type: "range", min: 0, max: last, step: 1, "data-axis": k });
          return element("div", { class: "axis-slider" }, field(data.axes[k].name, slider), element("output"));
        }),
      );
    }
    others.forEach((k, place) => {
      const made = this.sliders.children[place];
      const slider = made.querySelector("input") as HTMLInputElement;
      slider.value = String(state.at[k] / data.strides[k]);
      const words = formatNumber(data.axes[k].coordinates[state.at[k]]);
      slider.setAttribute("aria-valuetext", words);
      (made.querySelector("output") as HTMLOutputElement).textContent = words;
      slider.oninput = () => {
        const at = this.now(state.at, data, others);
        this.change({ at }, false);
      };
    });
  }

  /** Where all sliders stand, as indices of the whole grid. */
  private now(at: readonly number[], data: MemberData, others: readonly number[]): number[] {
    const found = at.slice();
    others.forEach((k, place) => {
      const slider = this.sliders.children[place].querySelector("input") as HTMLInputElement;
      found[k] = Number(slider.value) * data.strides[k];
    });
    return found;
  }
}
