/** The explorer: one member, or two beside one another, as slice, merge tree and barcode that belong together. */

import { Address } from "./explorer/address";
import { Controls } from "./explorer/controls";
import { element } from "./dom";
import { choices, firstOf, Loading, type Found } from "./explorer/loading";
import { Orbit } from "./explorer/orbit";
import { Panel } from "./explorer/panel";
import { picturesOf, type Loaded } from "./explorer/picturing";
import type { Picture, Pointed, Pointing } from "./explorer/picture";
import { BEGIN, same, settled, type State } from "./explorer/state";
import type { MemberData } from "./payload";
import type { Chosen, View } from "./view";

function keyOf(chosen: Chosen | null): string {
  return chosen ? `${chosen.run}.${chosen.member}` : "";
}

class Explorer {
  private state: State = BEGIN;
  private readonly address: Address;
  private readonly controls: Controls;
  private readonly panels: Panel[];
  private readonly place = element("div", { class: "panels" });
  private readonly loading: Loading;
  private readonly pinned: (Pointed | null)[] = [null, null];
  private pictures: (Picture | null)[] = [null, null];
  private running = false;
  private again = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly view: View,
  ) {
    this.loading = new Loading(view.source);
    this.controls = new Controls(
      (patch, step) => this.change(patch, step),
      (which, key) => this.choose(which, key),
    );
    const orbit = new Orbit();
    this.panels = [0, 1].map((side) => new Panel(this.pointing(side), orbit));
    host.classList.add("explorer");
    host.replaceChildren(this.controls.host, this.place);
    host.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.release();
    });
    this.address = new Address((state) => this.take(state ?? this.beginning()));
    this.take(this.address.first() ?? this.beginning());
    view.member.listen((member) => this.fromOutside({ member }));
    view.beside.listen((beside) => this.fromOutside({ beside }));
    view.run.listen((run) => {
      if (this.state.member?.run !== run)
        this.change({ ...this.beginning(), member: firstOf(view.page.get(), run) }, true);
    });
    view.page.listen(() => {
      if (this.state.member) this.refresh();
      else this.take(this.beginning()); // a run that had no members may have some now
    });
  }

  private beginning(): State {
    return { ...BEGIN, member: firstOf(this.view.page.get(), this.view.run.get()) };
  }

  /** Take a whole state, from the address. */
  private take(state: State): void {
    this.state = state;
    this.pinned[0] = state.branch >= 0 ? { branch: state.branch, point: null } : null;
    this.pinned[1] = null;
    this.tell();
    this.refresh();
  }

  private change(patch: Partial<State>, step: boolean): void {
    const others = "member" in patch || "representation" in patch;
    if (others) this.pinned.fill(null);
    this.state = { ...this.state, ...patch, branch: others ? -1 : this.state.branch };
    this.tell();
    this.address.write(this.state, step);
    this.refresh();
  }

  /** Tell the rest of the page which members are chosen. */
  private tell(): void {
    const { view, state } = this;
    if (state.member) view.run.set(state.member.run);
    if (!same(view.member.get(), state.member)) view.member.set(state.member);
    if (!same(view.beside.get(), state.beside)) view.beside.set(state.beside);
  }

  private choose(which: "member" | "beside", key: string): void {
    const [run, member] = key.split(".").map(Number);
    this.change({ [which]: key ? { run, member } : null }, true);
  }

  /** A member was chosen in another part of the page: show it. */
  private fromOutside(patch: Partial<Pick<State, "member" | "beside">>): void {
    const [which, chosen] = Object.entries(patch)[0] as ["member" | "beside", Chosen | null];
    if (same(this.state[which], chosen) || (which === "member" && !chosen)) return;
    this.change(patch, true);
  }

  private pointing(side: number): Pointing {
    return {
      hover: (pointed) => this.panels[side].highlight(pointed ?? this.pinned[side]),
      pin: (pointed) => {
        const before = this.pinned[side];
        const alike = before?.branch === pointed.branch && String(before.point) === String(pointed.point);
        this.pinned[side] = alike ? null : pointed;
        this.panels[side].highlight(this.pinned[side]);
        if (side === 0) this.keep();
      },
    };
  }

  private release(): void {
    this.pinned.fill(null);
    for (const panel of this.panels) panel.highlight(null);
    this.keep();
  }

  /** Write the pinned branch into the address; the pictures stay. */
  private keep(): void {
    this.state = { ...this.state, branch: this.pinned[0]?.branch ?? -1 };
    this.address.write(this.state, false);
  }

  /** Show the state: once at a time, and at the end what was asked for last. */
  private refresh(): void {
    this.again = true;
    if (this.running) return;
    this.running = true;
    requestAnimationFrame(async () => {
      try {
        while (this.again) {
          this.again = false;
          await this.show();
        }
      } finally {
        this.running = false;
      }
    });
  }

  private async show(): Promise<void> {
    const page = this.view.page.get();
    const chosen = [this.state.member, this.state.beside].filter((one) => one !== null);
    this.controls.offer(choices(page), keyOf(this.state.member), keyOf(this.state.beside));
    if (!chosen.length) {
      this.controls.grids(false);
      this.place.replaceChildren(element("p", { role: "status" }, "This run has no members."));
      return;
    }
    const found = await Promise.all(chosen.map((one) => this.loading.member(page, one)));
    const first = await this.load(found[0], this.state);
    // The same plane, field and tree of both, as far as the second has them.
    const alike = "failure" in first ? this.state : first.state;
    const loaded = [first, ...(await Promise.all(found.slice(1).map((one) => this.load(one, alike))))];
    if (this.again) return;
    const there = loaded.filter((one): one is Loaded => !("failure" in one));
    const { pictures, low, reach } = picturesOf(there);
    if (there.length) this.controls.show(there[0].state, there[0].data, pictures[0].colours, low, reach);
    this.controls.grids(there.length > 0);
    const hosts = this.panels.slice(0, chosen.length).map(({ host }) => host);
    const shown = [...this.place.children];
    // What stays must not leave the page for a moment, or it loses the focus.
    if (shown.length !== hosts.length || hosts.some((host, k) => host !== shown[k]))
      this.place.replaceChildren(...hosts);
    this.place.classList.toggle("two", chosen.length > 1);
    const choice = page.runs.reduce((sum, run) => sum + run.members.length, 0) > 1;
    this.place.classList.toggle("alone", chosen.length === 1 && choice);
    loaded.forEach((one, side) => {
      const picture = "failure" in one ? null : pictures[there.indexOf(one)];
      this.pictures[side] = picture;
      if ("failure" in one) this.panels[side].fail(found[side].title, one.failure);
      else this.panels[side].draw(found[side].title, pictures[there.indexOf(one)]);
      this.pin(side);
    });
    this.host.dataset.ready = keyOf(this.state.member);
  }

  private async load(found: Found, wanted: State): Promise<Loaded | { failure: string }> {
    if ("failure" in found) return found;
    const { data } = found;
    if (!data.axes.length || !data.fields.length) return { failure: "This member has no landscape to show." };
    const state = settled(wanted, data);
    try {
      return { data, state, slice: await this.loading.slice(this.view.page.get(), this.request(data, state)) };
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  }

  private request(data: MemberData, { field, representation, horizontal, vertical, at }: State) {
    return { run: data.run, member: data.index, field, representation, horizontal, vertical, at };
  }

  /** Keep a pinned branch lit after a change: the branch that it counts for, or nothing. */
  private pin(side: number): void {
    const picture = this.pictures[side];
    const pinned = this.pinned[side];
    if (!picture || !pinned) {
      this.panels[side].highlight(null);
      return;
    }
    const branch = picture.simplified.heir[pinned.branch] ?? -1;
    const { rows, columns } = picture.slice;
    const fits = pinned.point && pinned.point[0] < rows.length && pinned.point[1] < columns.length;
    this.panels[side].highlight({ branch, point: fits ? pinned.point : null });
  }
}

/** Show this section in `host`. */
export function mountExplorer(host: HTMLElement, view: View): void {
  new Explorer(host, view);
}
