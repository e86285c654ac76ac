"""One end of a pipe, handed over by initargs, lets a task report before it is done."""

from multiprocessing import Pipe
from multiprocessing.pool import Pool


def initialize_worker(connection):
    global reports
    reports = connection


def task(steps):
    for step in range(1, steps + 1):
        reports.send(step)
    return "done"


if __name__ == "__main__":
    reading, writing = Pipe(duplex=False)
    with Pool(1, initializer=initialize_worker, initargs=(writing,)) as pool:
        result = pool.apply_async(task, (3,))
        for _ in range(3):
            print(f"Step {reading.recv()}", flush=True)
        print(f"Result: {result.get()}", flush=True)
