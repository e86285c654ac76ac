"""The initializer notes where it runs; a task of the same worker compares."""

import os
from multiprocessing.pool import Pool
from threading import current_thread


def place():
    return os.getpid(), current_thread().name


def initialize_worker():
    global initialized
    initialized = place()


def compare():
    same = "yes" if initialized == place() else "no"
    return f"Initializer in {initialized[1]}, task in {place()[1]}, same place: {same}"


if __name__ == "__main__":
    with Pool(1, initializer=initialize_worker) as pool:
        print(pool.apply(compare))
