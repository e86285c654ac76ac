// The walkthrough: step by step through both programs, and at a choice the reader says who moves.
(() => {
  "use strict";
  const source = document.getElementById("walk-data");
  if (!source) return;
  const tree = JSON.parse(source.textContent);
  const find = (id) => document.getElementById(id);
  const text = (number) => tree.texts[number];

  // What can follow each step, in the order in which the runs were found.
  const children = tree.nodes.map(() => []);
  const first = [];
  tree.nodes.forEach((node, index) => (node.p === undefined || node.p === null ? first : children[node.p]).push(index));
  const way = (end) => {
    const steps = [];
    for (let at = end; at !== undefined && at !== null; at = tree.nodes[at].p) steps.unshift(at);
    return steps;
  };

  // The run that is walked: its steps, and how many of them are done.
  let path = way(tree.documented);
  let done = 0;

  const element = (name, content, className = "") => {
    const made = document.createElement(name);
    if (content) made.textContent = content;
    if (className) made.className = className;
    return made;
  };

  // The programs a line at a time, so that one can be marked.
  const panes = { w: find("swift-code"), y: find("python-code") };
  for (const pane of Object.values(panes)) {
    pane.innerHTML = pane.innerHTML.split("\n").map((line) => `<span class="code-line">${line || " "}</span>`).join("");
  }
  const mark = (name, number) => {
    const lines = panes[name].children;
    for (const line of lines) line.classList.remove("at");
    const line = lines[number - 1];
    if (!line) return;
    line.classList.add("at");
    const frame = panes[name].parentElement;
    const top = line.offsetTop - frame.clientHeight / 2;
    frame.scrollTop = Math.max(0, top);
  };

  const followers = () => (done === 0 ? first : children[path[done - 1]]);

  const show = () => {
    const at = done === 0 ? null : tree.nodes[path[done - 1]];
    const says = done === 0 ? "Before the first step: main has not begun." : text(at.s);
    find("walk-says").textContent = `Step ${done} of ${path.length}. ${says}`;
    find("walk-notes").replaceChildren(...(at?.m ?? []).map((number) => element("li", text(number))));
    mark("w", at?.w ?? 0);
    mark("y", at?.y ?? 0);
    const printed = path.slice(0, done).flatMap((index) => (tree.nodes[index].o ?? []).map((number) => [text(number), index === path[done - 1]]));
    find("walk-output").replaceChildren(...printed.map(([line, isNew]) => {
      const item = element("li", "", isNew ? "now" : "");
      item.append(element("code", line));
      return item;
    }));
    find("walk-output").hidden = printed.length === 0;
    const next = followers();
    find("walk-back").disabled = done === 0;
    find("walk-forward").disabled = done === path.length;
    find("walk-choice").hidden = next.length < 2;
    find("walk-options").replaceChildren(...(next.length < 2 ? [] : next).map((index) => {
      const node = tree.nodes[index];
      const button = element("button", `${tree.lanes[node.l]}: ${text(node.a)}`);
      button.type = "button";
      button.addEventListener("click", () => choose(index));
      return button;
    }));
  };

  // Goes on by another step: behind it whatever was found first, which is as good as any.
  const choose = (index) => {
    if (path[done] !== index) {
      path = path.slice(0, done);
      for (let at = index; at !== undefined; at = children[at][0]) path.push(at);
    }
    done += 1;
    show();
    find("walk-forward").focus();
  };

  const go = (to) => {
    done = Math.min(path.length, Math.max(0, to));
    show();
  };

  find("walk-back").addEventListener("click", () => go(done - 1));
  find("walk-forward").addEventListener("click", () => go(done + 1));
  find("walk-start").addEventListener("click", () => {
    path = way(tree.documented);
    go(0);
  });

  // Goals: what to bring about, and a run that does.
  find("walk-goals").replaceChildren(...tree.goals.map((goal) => {
    const item = element("li", `${goal.text} `);
    const button = element("button", "Show me");
    button.type = "button";
    button.setAttribute("aria-label", `Show me: ${goal.text}`);
    button.addEventListener("click", () => {
      path = way(goal.end);
      go(0);
      find("walk").scrollIntoView();
      find("walk-forward").focus();
    });
    item.append(button);
    return item;
  }));
  find("walk-goals-part").hidden = tree.goals.length === 0;

  // Questions: the answer, and why, after a choice.
  find("walk-questions").replaceChildren(...tree.questions.map((question, number) => {
    const box = element("fieldset", "", "question");
    box.append(element("legend", question.prompt));
    const reply = element("div", "", "reply");
    reply.setAttribute("aria-live", "polite");
    question.options.forEach((option, index) => {
      const label = element("label", "", "option");
      const input = document.createElement("input");
      input.type = "radio";
      input.name = `question ${number}`;
      const words = element("span", option.lines.join("\n"), "lines-of");
      label.append(input, words);
      input.addEventListener("change", () => {
        box.querySelectorAll(".option").forEach((other) => other.classList.remove("right", "wrong"));
        label.classList.add(option.isRight ? "right" : "wrong");
        reply.replaceChildren(
          element("p", option.isRight ? "Right." : "Not so.", option.isRight ? "mark good" : "mark bad"),
          ...option.why.map((reason) => element("p", reason)));
      });
      box.append(label);
      if (index === question.options.length - 1) box.append(reply);
    });
    return box;
  }));
  find("walk-questions-part").hidden = tree.questions.length === 0;

  find("walk-player").hidden = false;
  show();
})();
