/** The two sources of a page: data that lie in it, and a server. */

import { fromBase64, unpack, type Packed } from "./packing";
import { Polling } from "./polling";
import type { Branches, MemberData, Page, Representation, Slice, SliceRequest, Source } from "./payload";

/** What a packed member says beside its arrays, which hold the rest. */
type MemberHeader = Omit<MemberData, "run" | "index" | "axes" | "representations"> & {
  readonly axes: readonly string[];
  readonly representations: readonly Omit<Representation, "branches">[];
};

type Arrays = Readonly<Record<string, Packed>>;

function branchesOf(arrays: Arrays, name: string): Branches {
  const part = (key: string) => arrays[`${name}/${key}`];
  const birth = part("birth") as Float64Array;
  return {
    n: birth.length,
    birth,
    death: part("death") as Float64Array,
    parent: part("parent") as Int32Array,
    minimum: part("minimum") as Float64Array,
    saddle: part("saddle") as Float64Array,
    volume: part("volume") as Float64Array,
    mark: part("mark") as Uint8Array,
  };
}

function memberOf(run: number, index: number, header: MemberHeader, arrays: Arrays): MemberData {
  return {
    ...header,
    run,
    index,
    axes: header.axes.map((name, k) => ({ name, coordinates: arrays[`axis/${k}`] as Float64Array })),
    representations: header.representations.map((found) => ({ ...found, branches: branchesOf(arrays, found.name) })),
  };
}

/** Indices of the whole grid that a stored grid has along an axis of `extent` points. */
function held(extent: number, stride: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(extent / stride) }, (_, i) => i * stride);
}

/** Cut a plane out of a stored grid, whose axes hold every `strides`-th point of the whole one; a 1-D grid is one row. */
function cut(stored: Packed, member: MemberData, request: SliceRequest): Float64Array {
  if (request.vertical === request.horizontal) return Float64Array.from(stored);
  const shape = member.axes.map((axis, k) => held(axis.coordinates.length, member.strides[k]).length);
  const steps = shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1));
  let base = 0;
  for (let k = 0; k < shape.length; k++) {
    if (k === request.vertical || k === request.horizontal) continue;
    base += Math.min(Math.round(request.at[k] / member.strides[k]), shape[k] - 1) * steps[k];
  }
  const [rows, columns] = [shape[request.vertical], shape[request.horizontal]];
  const found = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      found[i * columns + j] = stored[base + i * steps[request.vertical] + j * steps[request.horizontal]];
    }
  }
  return found;
}

/** Data that lie in the page: JSON in the element `page`, each member's packed arrays in `member-RUN-INDEX`. */
export class Embedded implements Source {
  private readonly members = new Map<string, Promise<{ data: MemberData; arrays: Arrays }>>();

  constructor(private readonly root: Document) {}

  async page(): Promise<Page> {
    return JSON.parse(this.root.getElementById("page")?.textContent ?? "") as Page;
  }

  async member(run: number, member: number): Promise<MemberData> {
    return (await this.read(run, member)).data;
  }

  async slice(request: SliceRequest): Promise<Slice> {
    const { data, arrays } = await this.read(request.run, request.member);
    const axis = (k: number) => held(data.axes[k].coordinates.length, data.strides[k]);
    const labels = arrays[`${request.representation}/labels`];
    return {
      rows: request.vertical === request.horizontal ? Int32Array.of(0) : axis(request.vertical),
      columns: axis(request.horizontal),
      values: cut(arrays[`field/${request.field}`], data, request),
      labels: labels ? Int32Array.from(cut(labels, data, request)) : new Int32Array(0),
    };
  }

  watch(): void {} // a written page does not change

  private read(run: number, member: number): Promise<{ data: MemberData; arrays: Arrays }> {
    const key = `member-${run}-${member}`;
    let found = this.members.get(key);
    if (!found) {
      found = this.load(run, member, key);
      this.members.set(key, found);
    }
    return found;
  }

  private async load(run: number, member: number, key: string): Promise<{ data: MemberData; arrays: Arrays }> {
    const text = this.root.getElementById(key)?.textContent;
    if (!text) throw new Error(`Member ${member} has no landscape on this page.`);
    const { header, arrays } = await unpack<MemberHeader>(fromBase64(text));
    return { data: memberOf(run, member, header, arrays), arrays };
  }
}

/** Take the token, which the browser has as a cookie now, out of the address that others may see. */
function hideToken(): void {
  const here = new URL(window.location.href);
  if (!here.searchParams.has("token")) return;
  here.searchParams.delete("token");
  window.history.replaceState(window.history.state, "", here);
}

/** A server's answers: `api/page`, `api/members/RUN/INDEX` and `api/slices/RUN/INDEX` under the page's own address. */
export class Served implements Source {
  private readonly polling: Polling;

  constructor(private readonly base: string) {
    this.polling = new Polling(new URL("api/page", base));
  }

  async page(): Promise<Page> {
    const found = await this.polling.ask();
    hideToken();
    return found as Page; // the first question has a whole answer
  }

  async member(run: number, member: number): Promise<MemberData> {
    const { header, arrays } = await this.packed<MemberHeader>(`api/members/${run}/${member}`);
    return memberOf(run, member, header, arrays);
  }

  async slice(request: SliceRequest): Promise<Slice> {
    const query = new URLSearchParams({
      field: request.field,
      representation: request.representation,
      vertical: String(request.vertical),
      horizontal: String(request.horizontal),
      at: request.at.join(","),
    });
    const { arrays } = await this.packed(`api/slices/${request.run}/${request.member}?${query}`);
    return {
      rows: arrays.rows as Int32Array,
      columns: arrays.columns as Int32Array,
      values: Float64Array.from(arrays.values),
      labels: arrays.labels as Int32Array,
    };
  }

  watch(changed: (page: Page) => void): void {
    this.polling.follow(changed);
  }

  private async packed<Header>(path: string) {
    const bytes = new Uint8Array(await (await this.get(path)).arrayBuffer());
    return unpack<Header>(bytes);
  }

  private async get(path: string): Promise<Response> {
    const answer = await fetch(new URL(path, this.base), { credentials: "same-origin" });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  }
}
