"""Measures one case once with a pool of Python's: peer.py LIBRARY CASE [ITEMS [WORKERS [BYTES]]].

LIBRARY is multiprocessing or a fork of it that has the same names (billiard, multiprocess). The cases have the names that
pool-bench has for the same work. Prints one line of JSON; each run is a process of its own.
"""

import importlib
import json
import os
import sys
import time


def next_number(number):
    return number + 1


def echo(value):
    return value


def rest(milliseconds):
    time.sleep(milliseconds / 1000)


samples = None


def set_up(queue):
    global samples
    samples = queue


def put_samples(count):
    for number in range(count):
        samples.put((number, 0.5))


def check(is_right, what):
    if not is_right:
        raise SystemExit(what)


class Bench:
    def __init__(self, library, items, workers, size):
        self.library = importlib.import_module(library)
        self.pools = importlib.import_module(library + ".pool")
        self.items, self.workers, self.size = items, workers, size

    def seconds(self, call):
        start = time.perf_counter()
        value = call()
        return time.perf_counter() - start, value

    def warm_pool(self, **options):
        pool = self.library.get_context("fork").Pool(self.workers, **options)
        pool.map(next_number, range(4 * self.workers), 1)
        for _ in range(20):
            pool.apply(next_number, (1,))
        return pool

    def thread_pool(self):
        pool = self.pools.ThreadPool(self.workers)
        pool.map(next_number, range(100), 1)
        return pool

    def submit_and_get(self, pool):
        def run():
            results = [pool.apply_async(next_number, (number,)) for number in range(self.items)]
            for number, result in enumerate(results):
                check(result.get() == number + 1, "a wrong result")

        return {"value": self.items / self.seconds(run)[0]}

    def rate(self, pool, call):
        taken, outputs = self.seconds(lambda: list(call(pool)))
        check(len(outputs) == self.items and sum(outputs) == self.items * (self.items + 1) // 2, "wrong results")
        return {"value": self.items / taken}

    def apply_async(self):
        return self.submit_and_get(self.warm_pool())

    def apply_p50(self):
        pool = self.warm_pool()
        times = []
        for number in range(self.items + self.items // 10):
            taken, value = self.seconds(lambda: pool.apply(next_number, (number,)))
            check(value == number + 1, "a wrong result")
            if number >= self.items // 10:
                times.append(taken * 1e6)
        times.sort()
        return {"value": times[len(times) // 2], "p99": times[len(times) * 99 // 100], "least": times[0]}

    def map(self):
        return self.rate(self.warm_pool(), lambda pool: pool.map(next_number, range(self.items)))

    def map_chunk1(self):
        return self.rate(self.warm_pool(), lambda pool: pool.map(next_number, range(self.items), 1))

    def imap_chunk1(self):
        return self.rate(self.warm_pool(), lambda pool: pool.imap(next_number, range(self.items)))

    def imap_unordered_64(self):
        return self.rate(self.warm_pool(), lambda pool: pool.imap_unordered(next_number, range(self.items), 64))

    def echoed(self, values):
        pool = self.warm_pool()
        taken, outputs = self.seconds(lambda: pool.map(echo, values))
        check(outputs[0] == values[0] and outputs[-1] == values[-1], "wrong results")
        return taken

    def payload(self):
        taken = self.echoed([bytes([number & 255]) * self.size for number in range(self.items)])
        return {"value": self.items * self.size / taken / 1e6}

    def strings_64(self):
        return {"value": self.items / self.echoed(["%064d" % number for number in range(self.items)])}

    def simple_queue(self):
        queue = self.library.get_context("fork").SimpleQueue()
        pool = self.warm_pool(initializer=set_up, initargs=(queue,))
        share = self.items // self.workers

        def run():
            puts = [pool.apply_async(put_samples, (share,)) for _ in range(self.workers)]
            for _ in range(share * self.workers):
                queue.get()
            return puts

        taken, puts = self.seconds(run)
        for put in puts:
            put.get()
        return {"value": share * self.workers / taken}

    def start(self, method):
        def run():
            pool = self.library.get_context(method).Pool(self.workers)
            check(pool.apply(next_number, (1,)) == 2, "a wrong result")
            pool.close()
            pool.join()

        return {"value": self.seconds(run)[0] * 1e3}

    def start_fork(self):
        return self.start("fork")

    def start_spawn(self):
        return self.start("spawn")

    def start_200mb(self):
        memory = bytearray(b"\1") * (200 << 20)
        value = self.start("fork")
        check(memory[-1] == 1, "the memory is gone")
        return value

    def pending(self):
        pool = self.warm_pool()
        busy = [pool.apply_async(rest, (2000,)) for _ in range(self.workers)]
        results = [pool.apply_async(next_number, (number,)) for number in range(100)]
        before = self.resident()
        results += [pool.apply_async(next_number, (number,)) for number in range(100, self.items)]
        after = self.resident()
        check(not any(result.ready() for result in busy + results[-1:]), "the tasks did not wait")
        return {"value": (after - before) / (self.items - 100)}

    def resident(self):
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def thread_apply_async(self):
        return self.submit_and_get(self.thread_pool())

    def thread_map(self):
        return self.rate(self.thread_pool(), lambda pool: pool.map(next_number, range(self.items)))


def main():
    library, case = sys.argv[1:3]
    numbers = [int(text) for text in sys.argv[3:6]]
    items, workers, size = (numbers + [20000, 2, 1 << 20][len(numbers):])
    result = getattr(Bench(library, items, workers, size), case)()
    print(json.dumps(dict(case=case, items=items, **result)), flush=True)
    # What the pool still has to do, and its end, are no part of the case; whoever started this kills what is left.
    os._exit(0)


if __name__ == "__main__":
    main()
