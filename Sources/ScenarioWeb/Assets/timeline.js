// Draws one run as lanes, and knows its steps.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  const make = (name, attributes = {}, text = "") => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  };

  // What a slice is called in a sentence.
  const begins = (lane, span) => {
    switch (span.kind) {
      case "life": return `${lane.name} starts`;
      case "start": return `${lane.name} runs its ${span.name}`;
      case "task": return `${lane.name} begins with ${span.name}`;
      default: return `${lane.name}: ${span.name}`;
    }
  };

  class Timeline {
    constructor(data) {
      this.data = data;
      const steps = [{ at: 0, caption: "Before the first step", printed: 0 }];
      const moments = [];
      for (const span of data.spans) {
        if (span.kind === "work") continue;
        moments.push({ at: span.from, rank: span.kind === "life" ? 0 : 1, lane: span.lane, caption: begins(data.lanes[span.lane], span) });
        if (span.kind === "task") moments.push({ at: span.to, rank: 0, lane: span.lane, caption: `${data.lanes[span.lane].name} is done with ${span.name}` });
      }
      data.marks.forEach((mark, index) => {
        moments.push({ at: mark.at, rank: 2, lane: mark.lane, mark: index, caption: `${data.lanes[mark.lane].name} prints “${mark.text}”` });
      });
      moments.sort((a, b) => a.at - b.at || a.rank - b.rank);
      // A line counts as printed with the last of those before it in the output.
      const printed = new Set();
      for (const moment of moments) {
        if (moment.mark !== undefined) printed.add(moment.mark);
        steps.push({ at: moment.at, lane: moment.lane, mark: moment.mark, caption: moment.caption, printed: new Set(printed) });
      }
      steps[0].printed = new Set();
      this.steps = steps;
      this.end = Math.max(1e-9, ...data.spans.map((span) => span.to), ...data.marks.map((mark) => mark.at));
      if (data.unit === "step") this.end += 1;
    }

    // Draws into an element as wide as it is; narrow ones have the names above the lanes.
    draw(parent, number) {
      const { lanes, spans, marks, unit } = this.data;
      const width = Math.max(260, parent.clientWidth);
      const narrow = width < 560;
      const left = narrow ? 8 : 168;
      const height = narrow ? 46 : 34;
      const top = 8;
      const right = 14;
      const bottom = top + lanes.length * height;
      const x = (time) => left + (time / this.end) * (width - left - right);
      const step = this.steps[number];
      const svg = make("svg", { width, height: bottom + 26, viewBox: `0 0 ${width} ${bottom + 26}`, role: "img" });
      svg.append(make("title", {}, `Lanes of a run with ${marks.length} lines by ${lanes.length} processes or threads; step ${number} of ${this.steps.length - 1}`));
      lanes.forEach((lane, index) => {
        const y = top + index * height;
        svg.append(make("rect", { class: `row${step.lane === index ? " now" : ""}`, x: 0, y: y + 1, width, height: height - 2, rx: 4 }));
        const name = make("text", { class: `name ${lane.kind}`, x: narrow ? 8 : 10, y: narrow ? y + 15 : y + height / 2 + 4 }, lane.name);
        svg.append(name);
      });
      const base = (lane) => top + lane * height + (narrow ? 22 : 6);
      const thick = narrow ? 18 : 22;
      for (const span of spans) {
        const from = x(span.from);
        const inset = span.kind === "life" ? 0 : span.kind === "work" ? 7 : 3;
        const state = span.from > step.at ? " ahead" : "";
        const rect = make("rect", {
          class: `span ${span.kind}${state}`, x: from, y: base(span.lane) + inset, rx: 2,
          width: Math.max(1.5, x(Math.min(span.to, span.from > step.at ? span.to : Math.max(step.at, span.from))) - from), height: thick - 2 * inset,
        });
        rect.append(make("title", {}, `${span.name}, ${(span.to - span.from).toFixed(2)} ms`));
        svg.append(rect);
      }
      marks.forEach((mark, index) => {
        const state = step.printed.has(index) ? (step.mark === index ? " now" : "") : " ahead";
        const dot = make("circle", { class: `dot${state}`, cx: x(mark.at), cy: base(mark.lane) + thick / 2, r: step.mark === index ? 7 : 5 });
        dot.append(make("title", {}, mark.text));
        svg.append(dot);
      });
      const at = x(step.at);
      svg.append(make("line", { class: "head", x1: at, x2: at, y1: 2, y2: bottom + 4 }));
      for (const part of [0, 0.25, 0.5, 0.75, 1]) {
        const value = this.end * part;
        if (unit === "step") continue;
        const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
        svg.append(make("text", { class: "tick", x: x(value), y: bottom + 20, "text-anchor": anchor }, `${value >= 10 ? Math.round(value) : value.toFixed(1)} ms`));
      }
      parent.replaceChildren(svg);
    }
  }

  window.Timeline = Timeline;
})();
