"""Measures this package's pool beside Python's and beside the machine: drive.py POOL_BENCH POOL_LIMIT [options].

Called by scripts/bench, which builds the two programs first. Cases are taken in turn, round by round, and within a case
this pool, its peers and the limit one after the other, so that a slow drift of the machine hits all of them alike.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time

import cases
import report

HERE = os.path.dirname(os.path.abspath(__file__))


class Failed(Exception):
    pass


def end_group(process):
    """A run may leave workers behind: its process group ends with it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run(command, limit):
    """What the command prints, as JSON; it has so many seconds."""
    process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True, text=True)
    try:
        line = process.stdout.readline() if limit is None else read_line(process, limit)
        if not line.startswith(("{",) + tuple("0123456789")):
            end_group(process)
            raise Failed((line + process.stderr.read()).strip()[-200:] or "no answer")
        return json.loads(line)
    finally:
        end_group(process)


def read_line(process, limit):
    import select

    if not select.select([process.stdout], [], [], limit)[0]:
        raise Failed("no answer within %d s" % limit)
    return process.stdout.readline()


def find_pythons():
    """CPython 3.11 and the system's own, those of them that are here and have a pool."""
    found = {}
    for name in ("python3.11", "python3"):
        try:
            answer = subprocess.run(
                [name, "-c", "import multiprocessing.pool, sys; print(sys.executable, '.'.join(map(str, sys.version_info[:3])))"],
                capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if answer.returncode == 0:
            path, version = answer.stdout.split()
            found.setdefault(version, path)
    return found


def has_module(python, module):
    return subprocess.run([python, "-c", "import %s.pool" % module], capture_output=True, timeout=20).returncode == 0


class Drive:
    def __init__(self, options):
        self.options = options
        self.rounds = 2 if options.quick else options.rounds
        pythons = find_pythons()
        if not pythons:
            raise SystemExit("CPython is missing, beside which the pool is measured: install python3.")
        self.peers = {"CPython %s" % version: (path, "multiprocessing") for version, path in pythons.items()}
        first = next(iter(pythons.values()))
        self.others = {module: (first, module) for module in ("billiard", "multiprocess") if has_module(first, module)}
        self.results = {}
        self.growth = {}

    def ours(self, *arguments):
        return run([self.options.pool_bench, *arguments], self.options.limit)

    def theirs(self, peer, *arguments):
        python, module = {**self.peers, **self.others}[peer]
        return run([python, os.path.join(HERE, "peer.py"), module, *arguments], self.options.limit)

    def wants(self, name):
        return not self.options.only or name in self.options.only

    def keep(self, case, who, call):
        entry = self.results.setdefault(case.name, {"values": {}, "failures": {}, "more": {}})
        try:
            answer = call()
        except Failed as failure:
            entry["failures"].setdefault(who, []).append(str(failure))
            print("  %s, %s: %s" % (case.name, who, failure), file=sys.stderr)
            return
        value = answer if isinstance(answer, (int, float)) else answer.pop("value")
        entry["values"].setdefault(who, []).append(value)
        if isinstance(answer, dict):
            entry["more"].setdefault(who, []).append(answer)

    def measure(self):
        for number in range(self.rounds):
            print("round %d of %d" % (number + 1, self.rounds), file=sys.stderr)
            for case in cases.CASES:
                if not self.wants(case.name):
                    continue
                self.keep(case, "this", lambda: self.ours(*case.ours))
                for peer in list(self.peers) + (list(self.others) if case.others else []):
                    self.keep(case, peer, lambda: self.theirs(peer, *case.theirs))
                if case.limit:
                    self.keep(case, "limit", lambda: run([self.options.pool_limit, case.limit], self.options.limit))
        if self.wants("death"):
            self.keep(cases.DEATH, "this", lambda: self.ours("death", 20 if self.options.quick else 200))
        if self.wants("idle"):
            self.keep(cases.IDLE, "this", self.idle)

    # Growth

    def measure_growth(self):
        rounds = 1 if self.options.quick else 3
        peer = next(iter(self.peers))
        items = cases.ITEMS[:-1] if self.options.quick else cases.ITEMS
        sizes = [size for size in cases.BYTES if not self.options.quick or size <= 1 << 20]
        plans = [
            ("growth_workers", "workers", "applyAsync, tasks/s", cases.WORKERS,
             lambda workers: ("apply_async", 100000, workers), lambda workers: ("apply_async", 10000, workers)),
            ("growth_start", "workers", "start, one task, close, join: ms", cases.WORKERS,
             lambda workers: ("start_fork", 1, workers), lambda workers: ("start_fork", 1, workers)),
            ("growth_items", "items of a map", "items/s", items, lambda count: ("map", count), lambda count: ("map", count)),
            ("growth_bytes", "bytes of a payload", "MB/s", sizes,
             lambda size: ("payload", payloads(size), 2, size), lambda size: ("payload", payloads(size), 2, size)),
        ]
        for name, x, y, points, ours, theirs in plans:
            if not self.wants(name):
                continue
            print(name, file=sys.stderr)
            lines = {"this": [], peer: []}
            for point in points:
                values = {"this": [], peer: []}
                for _ in range(rounds):
                    try:
                        values["this"].append(self.ours(*ours(point))["value"])
                        values[peer].append(self.theirs(peer, *theirs(point))["value"])
                    except Failed as failure:
                        print("  %s at %s: %s" % (name, point, failure), file=sys.stderr)
                for who in values:
                    if values[who]:
                        lines[who].append([point, statistics.median(values[who])])
            self.growth[name] = {"x": x, "y": y, "lines": lines}

    # A pool that waits

    def idle(self):
        """Milliseconds of processor time that all processes of an idle pool use in ten seconds, and how often they ran."""
        seconds = 2 if self.options.quick else 10
        process = subprocess.Popen([self.options.pool_bench, "idle", "1", "2"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, start_new_session=True, text=True)
        try:
            if not read_line(process, 20).startswith("{"):
                raise Failed("the idle pool did not start")
            time.sleep(0.5)
            before = used(process.pid)
            time.sleep(seconds)
            after = used(process.pid)
            process.stdin.close()
            read_line(process, 20)
            return {"value": (after[0] - before[0]) / 1e6, "runs": after[1] - before[1], "seconds": seconds}
        finally:
            end_group(process)


def payloads(size):
    """So many that a run takes a while and not for ever."""
    return max(4, min(20000, (256 << 20) // size))


def used(session):
    """Nanoseconds of processor time and turns on a processor of all threads of a session."""
    time_used = turns = 0
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % number) as file:
                if int(file.read().rsplit(")", 1)[1].split()[3]) != session:
                    continue
            for thread in os.listdir("/proc/%s/task" % number):
                with open("/proc/%s/task/%s/schedstat" % (number, thread)) as file:
                    fields = file.read().split()
                time_used += int(fields[0])
                turns += int(fields[2])
        except OSError:
            continue
    return time_used, turns


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("pool_bench", help=argparse.SUPPRESS)
    parser.add_argument("pool_limit", help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", default="bench-report", help="where table.md, results.json and the plots go")
    parser.add_argument("--quick", action="store_true", help="two rounds and fewer points, to see that all cases run")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (5)")
    parser.add_argument("--only", action="append", metavar="CASE", help="this case only; may be given again")
    parser.add_argument("--limit", type=float, default=120, help="seconds that one run may take (120)")
    options = parser.parse_args()
    known = [case.name for case in cases.CASES] + [
        "death", "idle", "growth_workers", "growth_start", "growth_items", "growth_bytes"]
    for name in options.only or []:
        if name not in known:
            parser.error("no case %s; there are %s" % (name, ", ".join(known)))
    drive = Drive(options)
    os.makedirs(options.folder, exist_ok=True)
    drive.measure()
    drive.measure_growth()
    text = report.write(options.folder, drive)
    sys.stdout.write(text)
    sys.exit(1 if any(entry["failures"].get("this") for entry in drive.results.values()) else 0)


if __name__ == "__main__":
    main()
