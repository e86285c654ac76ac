"""A process pool keeps three helper threads in the main process."""

import threading
from multiprocessing.pool import Pool
from time import sleep


def task(identifier):
    sleep(0.5)


if __name__ == "__main__":
    with Pool() as pool:
        pool.map_async(task, range(10)).wait()
        for thread in threading.enumerate():
            print(f"Thread: {thread.name}")
