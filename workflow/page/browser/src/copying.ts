/** Texts with a button that copies them. */

import { button, element } from "./dom";

const SAID_MILLISECONDS = 4000;

/** Copy a text: first in the old way, as the new one is kept from pages without https and complains in a frame. */
async function copy(text: string): Promise<boolean> {
  const area = element("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (done) return true;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Return a text under its title, with a button that copies it and says so. */
export function copyable(title: string, text: string, shown: HTMLElement): HTMLElement {
  const said = element("span", { role: "status", class: "note" });
  const pressed = element("button", { type: "button", "aria-label": `Copy: ${title}` }, "Copy");
  pressed.addEventListener("click", async () => {
    said.textContent = (await copy(text)) ? "copied" : "The browser does not let a page copy: select the text instead.";
    pressed.focus();
    setTimeout(() => (said.textContent = ""), SAID_MILLISECONDS);
  });
  shown.textContent = text;
  return element(
    "div",
    { class: "copyable" },
    element("header", {}, element("h3", {}, title), pressed, said),
    shown,
  );
}

/** Return a link under which a text is saved as a file. */
export function saved(label: string, name: string, text: () => string): HTMLButtonElement {
  return button(label, () => {
    const address = URL.createObjectURL(new Blob([text()], { type: "text/csv;charset=utf-8" }));
    const link = element("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), SAID_MILLISECONDS);
  });
}
