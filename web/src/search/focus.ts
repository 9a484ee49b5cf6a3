/** The search box is reached from every page: it takes the focus where it is, or as soon as it is there. */
export const BOX = "search-box";
let wished = false;

/** Puts the focus into the box; false where the page has none yet, which then takes it on its own. */
export function reachBox(): boolean {
  const box = document.getElementById(BOX);
  wished = !(box instanceof HTMLInputElement);
  if (box instanceof HTMLInputElement) {
    box.focus();
    box.select();
  }
  return !wished;
}

/** True once after the box was asked for from another page. */
export function takeWish(): boolean {
  const was = wished;
  wished = false;
  return was;
}
