// The page of an example: the player of timelines, and the map of legal outputs.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const [player, runs, lanes, slider, caption, output] = ["player", "run", "lanes", "step", "caption", "output"].map(find);

  // A list of lines, of which those that are not printed yet are hidden and keep their place.
  const list = (element, marks, isShown = () => true, now = -1) => {
    element.replaceChildren(...marks.map((mark, index) => {
      const item = document.createElement("li");
      const code = document.createElement("code");
      code.textContent = mark.text;
      item.append(code);
      item.classList.toggle("ahead", !isShown(index));
      item.classList.toggle("now", index === now);
      item.dataset.lane = mark.lane;
      return item;
    }));
  };

  let current = null;
  let timer = 0;

  const show = () => {
    const number = Number(slider.value);
    const step = current.steps[number];
    current.draw(lanes, number);
    caption.textContent = `Step ${number} of ${current.steps.length - 1}: ${step.caption}.`;
    slider.setAttribute("aria-valuetext", caption.textContent);
    list(output, current.data.marks, (index) => step.printed.has(index), step.mark);
    find("back").disabled = number === 0;
    find("forward").disabled = number === current.steps.length - 1;
  };

  const load = (timeline, at) => {
    stop();
    current = new window.Timeline(timeline);
    slider.max = String(current.steps.length - 1);
    slider.value = String(at ?? current.steps.length - 1);
    show();
  };

  const move = (by) => {
    slider.value = String(Number(slider.value) + by);
    show();
  };

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    find("play").setAttribute("aria-pressed", "false");
    find("play").textContent = "Play";
  };

  const play = () => {
    if (timer) return stop();
    if (Number(slider.value) === current.steps.length - 1) slider.value = "0";
    find("play").setAttribute("aria-pressed", "true");
    find("play").textContent = "Pause";
    timer = setInterval(() => {
      if (Number(slider.value) >= current.steps.length - 1) return stop();
      move(1);
    }, 600);
  };

  const option = (value, text) => {
    const element = document.createElement("option");
    element.value = value;
    element.textContent = text;
    return element;
  };

  // The runs first, and the order that was chosen on the map, once there is one.
  runs.append(...data.runs.map((run, index) => option(`run ${index}`, run.title)));
  const chosenOption = option("order", "");
  let chosen = null;

  runs.addEventListener("change", () => {
    load(runs.value === "order" ? chosen.timeline : data.runs[Number(runs.value.slice(4))].timeline);
  });
  slider.addEventListener("input", () => { stop(); show(); });
  find("back").addEventListener("click", () => { stop(); move(-1); });
  find("forward").addEventListener("click", () => { stop(); move(1); });
  find("play").addEventListener("click", play);

  const choose = (number) => {
    chosen = data.outputs[number - 1];
    find("chosen").hidden = false;
    find("chosen-title").textContent = `Output ${number} (${chosen.group})`;
    find("chosen-seen").textContent = chosen.seen.length === 0
      ? "Legal, and printed by nobody in the runs of this report."
      : `Printed by: ${chosen.seen.join("; ")}.`;
    list(find("chosen-output"), chosen.timeline.marks);
    chosenOption.textContent = `Legal output ${number}, as an order of steps`;
    if (!chosenOption.isConnected) runs.append(chosenOption);
    runs.value = "order";
    load(chosen.timeline);
  };

  find("orders").addEventListener("change", (event) => { if (event.target.name === "order") choose(Number(event.target.value)); });
  find("chosen-play").addEventListener("click", () => {
    player.scrollIntoView({ block: "start" });
    slider.value = "0";
    show();
    slider.focus();
  });

  find("spot").addEventListener("change", (event) => {
    const spot = event.target.value;
    for (const cell of document.querySelectorAll(".cell")) {
      const seen = data.outputs[Number(cell.querySelector("input").value) - 1].spots;
      cell.classList.toggle("faded", spot !== "" && !seen.includes(Number(spot)));
    }
  });

  player.hidden = false;
  if (data.runs.length > 0) load(data.runs[0].timeline);
  else if (data.outputs.length > 0) choose(1);
  let width = lanes.clientWidth;
  new ResizeObserver(() => {
    if (lanes.clientWidth === width) return;
    width = lanes.clientWidth;
    if (current) show();
  }).observe(lanes);
})();
