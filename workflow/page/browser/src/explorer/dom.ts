/** Elements of HTML and SVG, made without any text that a browser would take for markup or style. */

type Attributes = Readonly<Record<string, string | number>>;

const SVG = "http://www.w3.org/2000/svg";

/** Return an HTML element with attributes and children; texts stay texts. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Return an SVG element with attributes and children. */
export function shape<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag) as SVGElementTagNameMap[K];
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Return a control with its label. */
export function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  return element("label", { class: "field" }, element("span", {}, text), control);
}

const offered = new WeakMap<HTMLSelectElement, string>();

/** Put options into a select, and choose one; nothing changes where they are the same. */
export function offer(
  select: HTMLSelectElement,
  options: readonly (readonly [string, string])[],
  chosen: string,
): void {
  const key = JSON.stringify(options);
  if (offered.get(select) !== key) {
    offered.set(select, key);
    select.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
  }
  select.value = chosen;
}

/** Return a canvas that covers the frame of a slice within its picture. */
export function framed(pixels: number, frame: Frame, className: string): HTMLCanvasElement {
  const canvas = element("canvas", { width: pixels, height: pixels, "aria-hidden": "true", class: className });
  canvas.style.left = `${(100 * frame.left) / frame.width}%`;
  canvas.style.top = `${(100 * frame.top) / frame.height}%`;
  canvas.style.width = `${(100 * frame.size) / frame.width}%`;
  canvas.style.height = `${(100 * frame.size) / frame.height}%`;
  return canvas;
}

/** A square within a picture. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly size: number;
  readonly width: number;
  readonly height: number;
}
