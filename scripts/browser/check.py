"""Opens a report from disk in a headless Chromium and checks it: check.py CHROMIUM REPORT FOLDER-FOR-SCREENSHOTS [AXE]."""

import os
import pathlib
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cdp import Browser  # noqa: E402

SIZES = {"desktop": (1280, 900, False), "phone": (390, 844, True)}
FOCUSABLE = "a[href], button:not(:disabled), select, input:not([type=radio]), summary, [tabindex='0'], iframe"


class Checks:
    def __init__(self, page, report, shots, axe):
        self.page, self.report, self.shots, self.axe = page, report, shots, axe
        self.audit = pathlib.Path(__file__).with_name("audit.js").read_text()
        self.failures, self.count = [], 0

    def expect(self, is_so, sentence):
        self.count += 1
        if not is_so:
            self.failures.append(sentence)
            print(f"not so: {sentence}", flush=True)

    def open(self, name, fragment=""):
        self.page.open((self.report / name).as_uri() + fragment)

    def look(self, name):
        """One page in every width and both colours: no complaints, nothing that an audit finds."""
        for width, (*size, is_mobile) in SIZES.items():
            self.page.size(*size, mobile=is_mobile)
            for colours in ("light", "dark"):
                self.page.colours(colours)
                self.open(name)
                self.page.run("for (const part of document.querySelectorAll('details')) part.open = true")
                where = f"{name}, {width}, {colours}"
                for problem in self.page.run(self.audit):
                    self.expect(False, f"{where}: {problem}")
                # Twice is enough: the other two differ in what our own audit looks at.
                if self.axe and (width, colours) in (("desktop", "light"), ("phone", "dark")):
                    self.page.run(self.axe)
                    for problem in self.page.run("""axe.run({resultTypes: ["violations"]}).then((result) =>
                      result.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 2).map((node) => node.html.slice(0, 120)).join(" and ")}`))"""):
                        self.expect(False, f"{where}: axe finds {problem}")
                    self.count += 1
                for error in self.page.errors():
                    self.expect(False, f"{where}: the console says {error}")
                ground = self.page.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number).reduce((a, b) => a + b)")
                self.expect((ground < 384) == (colours == "dark"), f"{where}: the background is as {colours} as the system asks")
                self.count += 2
                self.page.run("for (const part of document.querySelectorAll('details')) part.open = false")
                # Every page at both widths, and the dark ones of the two that have all colours.
                if colours == "dark" and name not in ("index.html", "examples/A2.html"):
                    continue
                title = name.replace("/", "-").removesuffix(".html")
                self.page.shoot(self.shots / f"{title}-{width}-{colours}.png", whole=True)

    def names(self, name):
        """Everything that can be used has a name and a role for those who do not see it."""
        self.open(name)
        roles = {"button", "link", "combobox", "slider", "radio", "textbox", "image", "img", "DisclosureTriangle", "region", "table", "group"}
        found = set()
        for node in self.page.send("Accessibility.getFullAXTree")["nodes"]:
            role = node.get("role", {}).get("value")
            if node.get("ignored") or role not in roles:
                continue
            found.add(role)
            if role not in ("table", "group"):
                self.expect(node.get("name", {}).get("value"), f"{name}: a {role} has a name")
        self.expect("link" in found and "button" in found, f"{name}: links and buttons are told")
        if name.startswith("examples/"):
            self.expect({"slider", "radio", "combobox"} <= found, f"{name}: slider, orders and lists are told, not only {sorted(found)}")

    def walk(self, name):
        """The key Tab reaches all that can be used, shows where it is, and comes out at the end."""
        self.page.size(*SIZES["desktop"][:2])
        self.page.colours("light")
        self.open(name)
        expected = self.page.run(f"""(() => {{
          const all = [...document.querySelectorAll("{FOCUSABLE}")].filter((part) => part.checkVisibility());
          all.forEach((part, index) => {{ part.dataset.stop = index; }});
          return all.length;
        }})()""")
        groups = self.page.run("new Set([...document.querySelectorAll('input[type=radio]')].map((part) => part.name)).size")
        reached, hidden = set(), []
        for _ in range(expected + groups + 3):
            self.page.press("Tab")
            stop = self.page.run("""(() => {
              const at = document.activeElement;
              if (!at || at === document.body) return null;
              const shown = at.type === "radio" ? at.closest("label") : at;
              return {stop: at.type === "radio" ? `radio ${at.name}` : at.dataset.stop, ring: getComputedStyle(shown).outlineStyle !== "none", what: at.outerHTML.slice(0, 80)};
            })()""")
            if stop is None:
                break
            reached.add(stop["stop"])
            if not stop["ring"]:
                hidden.append(stop["what"])
        self.expect(len(reached) == expected + groups, f"{name}: the keyboard reaches {len(reached)} of {expected + groups}")
        self.expect(not hidden, f"{name}: the focus shows, not so at {hidden[:2]}")

    def slide(self, name):
        """The slider moves the timeline, by keys."""
        page = self.page
        page.size(*SIZES["desktop"][:2])
        self.open(name)
        state = "({step: Number(step.value), max: Number(step.max), caption: caption.textContent, picture: lanes.innerHTML, head: lanes.querySelector('.head').getAttribute('x1'), shown: [...output.children].filter((line) => getComputedStyle(line).visibility === 'visible').length, lines: output.children.length, spoken: step.getAttribute('aria-valuetext')})"
        page.run("step.focus()")
        end = page.run(state)
        self.expect(end["max"] > 4 and end["shown"] == end["lines"] > 1, f"{name}: a run is shown to its end")
        page.press("Home")
        start = page.run(state)
        self.expect(start["step"] == 0 and start["shown"] == 0, f"{name}: at the first step nothing is printed")
        self.expect(float(start["head"]) < float(end["head"]) and start["picture"] != end["picture"], f"{name}: the slider moves the timeline")
        seen = [start["shown"]]
        for _ in range(end["max"]):
            page.press("ArrowRight")
            now = page.run(state)
            seen.append(now["shown"])
            if now["caption"] == start["caption"] or now["spoken"] != now["caption"]:
                self.expect(False, f"{name}: step {now['step']} says what happens")
        self.expect(seen == sorted(seen) and seen[-1] == end["lines"], f"{name}: line after line is printed")
        page.press("Home")
        page.run("forward.click()")
        self.expect(page.run("step.value") == "1", f"{name}: the button goes a step forward")
        page.run("play.focus()")
        page.press("Enter")
        self.expect(page.run("play.getAttribute('aria-pressed')") == "true", f"{name}: it plays")
        page.press("Enter")
        self.expect(page.run("play.getAttribute('aria-pressed')") == "false", f"{name}: it stops")
        other = page.run("(() => { const before = lanes.innerHTML; run.selectedIndex = 1; run.dispatchEvent(new Event('change')); return before !== lanes.innerHTML; })()")
        self.expect(other, f"{name}: another run shows another timeline")
        if name == "examples/A2.html":
            page.run("step.value = Math.floor(step.max / 2); step.dispatchEvent(new Event('input'))")
            page.shoot(self.shots / "A2-midway-desktop.png")

    def choose(self, name, fewest):
        """Choosing an order changes the output that is shown, by keys as well."""
        page = self.page
        self.open(name)
        count = page.run("document.querySelectorAll('input[name=order]').length")
        self.expect(count >= fewest, f"{name}: there are {count} orders to choose")
        state = "({shown: !chosen.hidden, title: document.getElementById('chosen-title').textContent, lines: document.getElementById('chosen-output').innerText, run: run.value, player: output.innerText})"
        page.run("document.querySelector('input[name=order]').focus()")
        page.press(" ")
        first = page.run(state)
        self.expect(first["shown"] and first["lines"] and first["run"] == "order", f"{name}: an order can be chosen")
        page.press("ArrowRight")
        second = page.run(state)
        self.expect(second["title"] != first["title"] and second["lines"] != first["lines"], f"{name}: another order is another output")
        self.expect(second["player"] != first["player"], f"{name}: the timeline follows")
        outputs = page.run("""[...document.querySelectorAll('input[name=order]')].map((input) => {
          input.click();
          return document.getElementById('chosen-output').innerText;
        })""")
        self.expect(len(set(outputs)) == count, f"{name}: all {count} orders print something of their own")
        page.run("document.getElementById('chosen-play').click()")
        self.expect(page.run("document.activeElement.id === 'step' && step.value === '0'"), f"{name}: an order can be stepped through")

    def walk_through(self, name):
        """The walkthrough goes forward and back, marks a line of each program, and follows whom the reader lets move."""
        page = self.page
        self.open(name)
        if not page.run("!!document.getElementById('walk-data')"):
            return self.expect(False, f"{name}: there is a walkthrough")
        part = "document.getElementById"
        page.run(f"{part}('walk-forward').focus()")
        said, marked = set(), set()
        for _ in range(400):
            if page.run(f"{part}('walk-forward').disabled"):
                break
            page.run(f"{part}('walk-forward').click()")
            said.add(page.run(f"{part}('walk-says').textContent"))
            marked.add(page.run("[...document.querySelectorAll('.code-line.at')].map((line) => line.textContent).join('|')"))
        documented = page.run(f"{part}('walk-output').innerText")
        self.expect(len(said) > 5 and len(marked) > 3, f"{name}: {len(said)} steps are told at {len(marked)} places")
        self.expect(documented, f"{name}: the walk prints")
        # At every choice the last of those who could move: another order than the documented one, where there is one.
        page.run(f"{part}('walk-start').click()")
        choices = page.run("""(() => {
          const find = (id) => document.getElementById(id);
          let choices = 0;
          for (let step = 0; step < 1000; step += 1) {
            const options = find("walk-options").children;
            if (options.length > 1) { choices += 1; options[options.length - 1].click(); } else if (find("walk-forward").disabled) break; else find("walk-forward").click();
          }
          return choices;
        })()""")
        self.expect(choices > 0, f"{name}: there is something to choose")
        other = page.run(f"{part}('walk-output').innerText")
        self.expect(other and (other != documented or name.endswith("C1.html")), f"{name}: other choices print something else")
        page.run(f"{part}('walk-back').click()")
        self.expect(page.run(f"!{part}('walk-forward').disabled"), f"{name}: the walk goes back")
        answers = page.run("""[...document.querySelectorAll("#walk-questions fieldset")].map((box) => [...box.querySelectorAll("input")].map((input) => {
          input.click();
          return box.querySelector(".reply").innerText;
        }))""")
        self.expect(all(len(reply) > 12 for box in answers for reply in box), f"{name}: every answer has its reason")
        self.expect(all(any(reply.startswith("Right.") for reply in box) for box in answers), f"{name}: every question has an answer")
        goals = page.run("""[...document.querySelectorAll("#walk-goals button")].map((button) => {
          button.click();
          while (!document.getElementById("walk-forward").disabled) document.getElementById("walk-forward").click();
          return document.getElementById("walk-output").innerText;
        })""")
        self.expect(all(goals), f"{name}: every goal has a run that prints")
        if name == "examples/A2.html":
            self.expect(documented in goals, f"{name}: the documented output is a goal")
            page.run(f"{part}('walk-start').click(); for (let step = 0; step < 9; step += 1) {part}('walk-forward').click()")
            page.run("document.getElementById('walk').scrollIntoView()")
            page.shoot(self.shots / "A2-walk-desktop.png")

    def theme(self):
        """The switch goes through the system's colours, light and dark."""
        page = self.page
        page.colours("light")
        self.open("index.html")
        page.run("localStorage.clear()")
        self.open("index.html")
        grounds = []
        for _ in range(4):
            grounds.append(page.run("getComputedStyle(document.body).backgroundColor"))
            page.run("theme.focus()")
            page.press("Enter")
        self.expect(grounds[0] == grounds[1] == grounds[3] != grounds[2], f"the switch changes the colours: {grounds}")
        page.run("localStorage.clear()")

    def evidence(self):
        """A cell of the matrix leads to its evidence, which is open."""
        self.page.size(*SIZES["desktop"][:2])
        self.open("index.html")
        links = self.page.run("[...document.querySelectorAll('.matrix td.good a')].map((link) => link.href)")
        self.expect(len(links) > 3, "cells lead to evidence")
        for link in links[:6]:
            self.page.open(link)
            shown = self.page.run("""new Promise((done) => {
              const look = (left) => {
                const target = document.querySelector(location.hash);
                if (target && (target.tagName !== "DETAILS" || target.open)) return done(true);
                if (left === 0) return done(false);
                requestAnimationFrame(() => look(left - 1));
              };
              look(120);
            })""")
            self.expect(shown, f"the evidence of {link} is open")


def main():
    chromium, report, shots = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    axe = pathlib.Path(sys.argv[4]).read_text() if len(sys.argv) > 4 else None
    start = time.monotonic()
    pages = sorted(str(path.relative_to(report)) for path in report.rglob("*.html"))
    examples = [name for name in pages if name.startswith("examples/")]
    # Three examples stand for all where there are more: they have everything that a page can have.
    chosen = [name for name in examples if name[9:-5] in ("A2", "B2", "C1")] or examples[:3]
    others = [name for name in pages if name not in examples]
    with Browser(chromium, int(os.environ.get("BROWSER_LIMIT", "90"))) as browser:
        checks = Checks(browser.page(), report, shots, axe)
        checks.open("index.html")
        paint = checks.page.run("""new Promise((done) => {
          const read = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
          if (read()) return done(read());
          new PerformanceObserver((list, observer) => { if (read()) { observer.disconnect(); done(read()); } }).observe({type: "paint", buffered: true});
          setTimeout(() => done(-1), 5000);
        })""")
        checks.expect(paint > 0, "the first page is painted")
        for name in others + chosen:
            checks.look(name)
            checks.names(name)
            checks.walk(name)
        for name in chosen:
            checks.slide(name)
            checks.walk_through(name)
            checks.choose(name, 1 if name.endswith("C1.html") else 5)
        checks.theme()
        checks.evidence()
        for name in examples:
            if name not in chosen:
                checks.open(name)
                checks.expect(not checks.page.errors(), f"{name}: the console is quiet")
    size = sum(path.stat().st_size for path in report.rglob("*") if path.is_file())
    print(f"{len(pages)} pages, {size / 1e6:.2f} MB; first paint of the first page from disk after {paint:.0f} ms")
    print(f"{checks.count} checks in {time.monotonic() - start:.1f} s: {len(checks.failures)} failed; screenshots in {shots}")
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
