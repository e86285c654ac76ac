"""What a worker's memory holds, what runs again and what a pool costs, by start method: prints one JSON line each."""

import json
import multiprocessing
import os
import sys
import time

# Runs whenever this module is executed: once in the main process, and again wherever a program starts anew.
BORN = time.monotonic_ns()
setting = "as written in the program"


def look(_):
    with open("/proc/self/smaps_rollup") as rollup:
        sizes = {}
        for line in rollup:
            words = line.split()
            if len(words) == 3 and words[2] == "kB":
                sizes[words[0][:-1]] = int(words[1])
    return {
        "setting": setting,
        "born": BORN,
        "parent": os.getppid(),
        "privateKiB": sizes["Private_Clean"] + sizes["Private_Dirty"],
        "sharedKiB": sizes["Shared_Clean"] + sizes["Shared_Dirty"],
    }


def main():
    global setting
    setting = "changed by main"
    method, rounds = sys.argv[1], int(sys.argv[2])
    context = multiprocessing.get_context(method)
    times = []
    for _ in range(rounds):
        start = time.monotonic_ns()
        with context.Pool(1) as pool:
            seen = pool.apply(look, (0,))
            times.append((time.monotonic_ns() - start) / 1e6)
    seen["runsAgain"] = seen.pop("born") != BORN
    seen["parentIsMain"] = seen.pop("parent") == os.getpid()
    seen["milliseconds"] = times
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
