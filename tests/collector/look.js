// SPDX-License-Identifier: MIT
// Looks at the page as it lies before a reader, and lists what is wrong.
(() => {
  const faults = [];
  const shown = (box) => box.width > 0 && box.height > 0;
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    faults.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
  if (!root.lang) faults.push("no language");
  if (document.querySelector("script, link, img, iframe, [style]"))
    faults.push("an element that has no place here");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  for (const element of document.querySelectorAll("body *:not(svg *)")) {
    const box = element.getBoundingClientRect();
    if (shown(box) && box.right > root.clientWidth + 1 &&
        !element.closest(".scroll"))
      faults.push(`beyond the edge: ${element.tagName} ${element.className}`);
  }
  for (const svg of document.querySelectorAll("svg:not(svg svg)")) {
    const title = svg.querySelector(":scope > title");
    const names = svg.getAttribute("aria-labelledby") || "";
    const frame = svg.getBoundingClientRect();
    const texts = [];
    if (svg.getAttribute("role") !== "img" || !title ||
        !title.textContent.trim() ||
        !svg.querySelector(":scope > desc")?.textContent.trim() ||
        !names.split(" ").every((id) => document.getElementById(id)))
      faults.push(`unnamed: ${title?.textContent}`);
    if (!svg.closest(".card, .finding")?.querySelector("table"))
      faults.push(`without a table: ${title?.textContent}`);
    for (const text of svg.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      if (!shown(box)) continue;
      if (parseFloat(getComputedStyle(text).fontSize) < 12)
        faults.push(`too small: ${text.textContent}`);
      if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        faults.push(`leaves its chart: ${text.textContent}`);
      for (const [other, its] of texts)
        if (box.left < its.right - 1 && its.left < box.right - 1 &&
            box.top < its.bottom - 2 && its.top < box.bottom - 2)
          faults.push(`${text.textContent} lies over ${other.textContent}`);
      texts.push([text, box]);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push("an id twice");
  for (const link of document.querySelectorAll("a[href]"))
    if (!link.hash || !document.getElementById(link.hash.slice(1)))
      faults.push(`leads nowhere: ${link.href}`);
  return faults;
})()
