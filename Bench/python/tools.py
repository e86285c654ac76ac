"""How long judging, exploring and the main job take, and what of it: tools.py SCENARIOS GOLDEN_BENCH [FOLDER] [--rounds N].

Called by scripts/bench-tools, which builds the two programs first. Every figure is the median of some rounds; what dominates is
the largest of the parts that were measured apart.
"""

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import time

PLACES = ("fork", "spawn", "forkserver", "thread")


def run(command):
    """Wall, user and system seconds of a command, with its children, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit("%s ended with %d: %s" % (" ".join(command), done.returncode, (done.stdout + done.stderr)[-300:]))
    return {"wall": wall, "user": after.ru_utime - before.ru_utime, "system": after.ru_stime - before.ru_stime,
            "text": done.stdout + done.stderr}


def median(rounds, command):
    runs = [run(command) for _ in range(rounds)]
    figures = {key: statistics.median(each[key] for each in runs) for key in ("wall", "user", "system")}
    figures["texts"] = [each["text"] for each in runs]
    return figures


def found(pattern, texts):
    """The median of the number that the pattern finds in each text."""
    return statistics.median(float(re.search(pattern, text).group(1).replace(",", "")) for text in texts)


def largest(parts):
    """Of named seconds the largest, with its share of all."""
    name = max(parts, key=parts.get)
    return "%s: %.0f %%" % (name, 100 * parts[name] / (sum(parts.values()) or 1))


def judging(options):
    lines = []
    for count in (20000, 200000, 2000000):
        figures = median(options.rounds, [options.golden_bench, str(count)])
        reading = found(r"reading ([0-9.e-]+) seconds", figures["texts"])
        judging = found(r"judging ([0-9.e-]+) seconds", figures["texts"])
        lines.append(("judge %s lines" % format(count, ","), figures, "%.2f us a line" % (1e6 * (reading + judging) / count),
                      largest({"reading lines": reading, "judging them": judging})))
    return lines


def exploring(options):
    lines = []
    for name in ("A2", "B2", "E2", "C1"):
        figures = median(options.rounds, [options.scenarios, "explore", name])
        speed = found(r"([0-9,]+) schedules a second", figures["texts"])
        lines.append(("explore %s" % name, figures, "%s schedules a second" % format(int(speed), ","),
                      largest({"own code": figures["user"], "the system": figures["system"]})))
    return lines


def main_job(options):
    parts, runs = {}, {}
    for place in PLACES:
        figures = median(options.rounds, [options.scenarios, "check", "--on", place])
        parts[place] = figures["wall"]
        runs[place] = found(r"([0-9,]+) runs? of", figures["texts"])
    figures = median(options.rounds, [options.scenarios, "check"])
    number = found(r"([0-9,]+) runs? of", figures["texts"])
    lines = [("check all examples", figures, "%.1f ms a run" % (1e3 * figures["wall"] / number), largest(parts))]
    for place in PLACES:
        lines.append(("check in %s" % place, {"wall": parts[place], "user": None, "system": None},
                      "%.1f ms a run" % (1e3 * parts[place] / runs[place]), "%d runs" % runs[place]))
    start = median(options.rounds, [options.scenarios, "list"])
    lines.append(("start of the program", start, "", largest({"own code": start["user"], "the system": start["system"]})))
    return lines


def table(lines):
    rows = ["| what | wall s | user s | system s | speed | dominated by |", "| --- | --- | --- | --- | --- | --- |"]
    for name, figures, speed, dominant in lines:
        cells = ["" if figures[key] is None else "%.2f" % figures[key] for key in ("wall", "user", "system")]
        rows.append("| %s | %s | %s | %s |" % (name, " | ".join(cells), speed, dominant))
    return "\n".join(rows) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-tools")
    parser.add_argument("scenarios", help=argparse.SUPPRESS)
    parser.add_argument("golden_bench", help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", default="bench-report", help="where tools.md goes")
    parser.add_argument("--rounds", type=int, default=3, help="how many rounds (3)")
    options = parser.parse_args()
    text = table(judging(options) + exploring(options) + main_job(options))
    os.makedirs(options.folder, exist_ok=True)
    with open(os.path.join(options.folder, "tools.md"), "w") as file:
        file.write(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
