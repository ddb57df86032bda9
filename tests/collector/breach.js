// SPDX-License-Identifier: MIT
// Tries what the page's policy forbids, and lists what went through.
(async () => {
  const through = [];
  const add = (name, properties) => {
    const element = Object.assign(document.createElement(name), properties);
    const settled = new Promise((resolve) => {
      element.onload = () => resolve(true);
      element.onerror = () => resolve(false);
    });
    document.head.append(element);
    return settled;
  };
  // These two would act while they are added.
  add("script", { textContent: "window.ran = true" });
  if (window.ran) through.push("a script");
  add("style", { textContent: "h1 { letter-spacing: 9px }" });
  if (getComputedStyle(document.querySelector("h1")).letterSpacing === "9px")
    through.push("a style");
  document.body.setAttribute("style", "letter-spacing: 8px");
  if (getComputedStyle(document.body).letterSpacing === "8px")
    through.push("a style attribute");
  const dot = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
  if (await add("img", { src: dot })) through.push("an image");
  await fetch("data:,x").then(() => through.push("a request"), () => {});
  return through;
})()
