"""A queue that reaches the workers through initargs brings each result back the moment it is there."""

from multiprocessing import SimpleQueue
from multiprocessing.pool import Pool
from random import random
from time import sleep


def initialize_worker(shared_queue):
    # A queue cannot be the argument of a task; it is handed over when the worker starts.
    global queue
    queue = shared_queue


def task(identifier):
    value = 5 * random()
    sleep(value)
    queue.put((identifier, value))


if __name__ == "__main__":
    results = SimpleQueue()
    with Pool(initializer=initialize_worker, initargs=(results,)) as pool:
        pool.map_async(task, range(10))
        for _ in range(10):
            # The next result, whichever task it comes from; waits until there is one.
            print(f"Got {results.get()}", flush=True)
