"""What C1 does with a queue, imap_unordered does by itself: results come in the order in which they are done."""

from multiprocessing.pool import Pool
from random import random
from time import sleep


def task(identifier):
    value = 5 * random()
    sleep(value)
    return identifier, value


if __name__ == "__main__":
    with Pool() as pool:
        for result in pool.imap_unordered(task, range(10)):
            print(f"Got {result}", flush=True)
