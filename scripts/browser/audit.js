// What an accessibility check looks at in a page: returns a list of sentences, empty where all is well.
(() => {
  "use strict";
  const problems = [];
  const name = (element) => `<${element.tagName.toLowerCase()}${element.id ? ` id=${element.id}` : ""} class="${element.getAttribute("class") ?? ""}"> “${(element.textContent ?? "").trim().slice(0, 40)}”`;

  const parse = (colour) => {
    const parts = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
  };
  const over = (top, bottom) => top.rgb.map((part, index) => part * top.alpha + bottom[index] * (1 - top.alpha));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const background = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.alpha > 0) layers.push(colour);
      if (colour.alpha === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  // Whether anybody can see it: what is clipped away for screen readers only has no colours.
  const isVisible = (element) => {
    if (element.closest(".hidden, .skip, noscript, script, style")) return false;
    return element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }) && element.getClientRects().length > 0;
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.textContent.trim() === "" || !isVisible(element) || element.tagName === "title" || element.tagName === "OPTION") continue;
    texts += 1;
    const style = getComputedStyle(element);
    const isDrawn = element instanceof SVGElement;
    const row = isDrawn && element.closest("svg").querySelector(".row.now");
    const grounds = [background(isDrawn ? element.closest("svg").parentElement : element)];
    if (row) grounds.push(parse(getComputedStyle(row).fill).rgb);
    for (const ground of grounds) {
      const colour = over(parse(isDrawn ? style.fill : style.color), ground);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const ratio = contrast(colour, ground);
      if (ratio < (isLarge ? 3 : 4.5)) problems.push(`contrast ${ratio.toFixed(2)}: ${name(element)}`);
    }
  }
  if (texts < 20) problems.push(`there are only ${texts} texts to look at`);

  // The page as a whole.
  if (!document.documentElement.lang) problems.push("the page names no language");
  if (!document.title) problems.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) problems.push("there must be one main part");
  if (document.querySelectorAll("h1").length !== 1) problems.push("there must be one first heading");
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    if (!isVisible(heading)) continue;
    const next = Number(heading.tagName[1]);
    if (next > level + 1) problems.push(`a heading skips a level: ${name(heading)}`);
    level = next;
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) problems.push(`the id ${id} is there twice`);
  for (const element of document.querySelectorAll("[aria-labelledby]")) {
    if (!document.getElementById(element.getAttribute("aria-labelledby"))) problems.push(`nothing labels ${name(element)}`);
  }
  for (const element of document.querySelectorAll("*")) {
    for (const attribute of element.getAttributeNames()) {
      if (attribute.startsWith("on")) problems.push(`an inline handler: ${name(element)}`);
    }
  }
  for (const link of document.querySelectorAll("a[href^='#']")) {
    if (!document.getElementById(link.hash.slice(1))) problems.push(`a link leads nowhere: ${link.hash}`);
  }
  for (const table of document.querySelectorAll("table")) {
    if ([...table.querySelectorAll("th")].some((cell) => !cell.scope)) problems.push(`a header cell says not of what: ${name(table)}`);
  }

  // Sizes: nothing wider than the page, nothing to press that is too small for a finger.
  // A phone's browser makes its window as wide as what overflows: the screen says how wide it should be.
  const room = Math.min(innerWidth, screen.width);
  if (document.documentElement.scrollWidth > room) {
    const wide = [...document.querySelectorAll("body *")].filter((element) => !element.closest("pre, svg") && element.getBoundingClientRect().right > room + 1);
    problems.push(`the page is ${document.documentElement.scrollWidth} wide in ${room}: ${wide.slice(0, 3).map(name).join(", ")}`);
  }
  for (const control of document.querySelectorAll("button, select, input, summary")) {
    if (!isVisible(control) || control.type === "radio") continue;
    const { width, height } = control.getBoundingClientRect();
    if (height < 24 || width < 24) problems.push(`too small to press: ${name(control)}`);
  }
  return problems;
})()
