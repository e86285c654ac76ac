"""Writes what was measured: table.md, results.json, and a plot for each kind of growth."""

import json
import os
import platform
import statistics

import cases
import plot


def short(value):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return "%.3g%s" % (value / size, letter)
    return "%.3g" % value


def spread(values):
    return "%s (%s..%s)" % (short(statistics.median(values)), short(min(values)), short(max(values)))


def factors(case, ours, theirs):
    """How many times better ours is: of the medians, and the least and the most of a round."""
    def factor(first, second):
        return first / second if case.is_rate else second / first

    rounds = [factor(a, b) for a, b in zip(ours, theirs)]
    return factor(statistics.median(ours), statistics.median(theirs)), min(rounds), max(rounds)


def fastest(case, entry, peers):
    """The CPython that did best."""
    there = [peer for peer in peers if entry["values"].get(peer)]
    best = max if case.is_rate else min
    return best(there, key=lambda peer: statistics.median(entry["values"][peer])) if there else None


def rows(drive):
    for case in cases.CASES:
        entry = drive.results.get(case.name)
        ours = entry and entry["values"].get("this")
        if not ours:
            continue
        row = {"case": case.title, "unit": case.unit, "this": spread(ours), "peer": "-", "factor": "-", "goal": "-",
               "met": "", "others": "-", "limit": "-"}
        peer = fastest(case, entry, drive.peers)
        if peer:
            ratio, least, most = factors(case, ours, entry["values"][peer])
            row["peer"] = "%s %s" % (peer.split()[1], spread(entry["values"][peer]))
            row["factor"] = "%.3g (%.3g..%.3g)" % (ratio, least, most)
            if case.goal:
                row["goal"] = "%g" % case.goal
                row["met"] = "yes" if ratio >= case.goal else "no"
        others = ["%s %.3g" % (other, factors(case, ours, entry["values"][other])[0])
                  for other in drive.others if entry["values"].get(other)]
        row["others"] = ", ".join(others) or "-"
        if entry["values"].get("limit"):
            row["limit"] = "%.2g of %s" % (factors(case, ours, entry["values"]["limit"])[0], case.limit)
        yield row


def alone(drive):
    for case in (cases.DEATH, cases.IDLE):
        entry = drive.results.get(case.name)
        if not entry or not entry["values"].get("this"):
            continue
        more = entry["more"]["this"][0]
        value = entry["values"]["this"][0]
        told = ", ".join("%s %.3g" % item for item in sorted(more.items()) if item[0] not in ("case", "items"))
        yield "| %s | %.3g %s (%s) | %g | %s |" % (case.title, value, case.unit, told, case.goal,
                                                   "yes" if value <= case.goal else "no")


def table(drive):
    lines = ["# Speed of the pool", "",
             "%d rounds, %s, %d processors, Linux %s. Figures are medians, with the least and the most in brackets; a factor is "
             "the ratio of the medians, above 1 where this pool is better, with the least and the most of a round. The last "
             "column is this pool's speed as a part of what a bare C program does, measured in the same rounds."
             % (drive.rounds, " and ".join(drive.peers), os.cpu_count(), platform.release()), ""]
    found = list(rows(drive))
    if found:
        lines += ["| case | unit | this pool | CPython | times CPython | goal | met | times others | part of the limit |",
                  "|---|---|---|---|---|---|---|---|---|"]
        lines += ["| %(case)s | %(unit)s | %(this)s | %(peer)s | %(factor)s | %(goal)s | %(met)s | %(others)s | %(limit)s |"
                  % row for row in found]
    found = list(alone(drive))
    if found:
        lines += ["", "| case | figure | at most | met |", "|---|---|---|---|"] + found
    failures = [(name, who, texts) for name, entry in drive.results.items() for who, texts in entry["failures"].items()]
    if failures:
        lines += ["", "Runs that failed:", ""] + ["- %s, %s: %s" % (name, who, texts[0]) for name, who, texts in failures]
    for name, growth in drive.growth.items():
        lines += ["", "![%s](%s.svg)" % (growth["x"], name)]
    return "\n".join(lines) + "\n"


def write(folder, drive):
    """Writes all files; the text of the table."""
    text = table(drive)
    with open(os.path.join(folder, "table.md"), "w") as file:
        file.write(text)
    with open(os.path.join(folder, "results.json"), "w") as file:
        json.dump({"rounds": drive.rounds, "peers": list(drive.peers), "others": list(drive.others), "cases": drive.results,
                   "growth": drive.growth}, file, indent=1)
    for name, growth in drive.growth.items():
        with open(os.path.join(folder, name + ".svg"), "w") as file:
            file.write(plot.svg(growth["x"], growth["y"], growth["lines"]))
    return text
