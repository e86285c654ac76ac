"""The initializer of a process pool runs in the main thread of each worker."""

from multiprocessing.pool import Pool
from threading import current_thread
from time import sleep


def initialize_worker():
    print(f"Initialize worker thread: {current_thread().name}", flush=True)


def task():
    sleep(0.5)


if __name__ == "__main__":
    with Pool(initializer=initialize_worker) as pool:
        # The block ends with this one task: a worker that is still starting then never prints.
        pool.apply_async(task).wait()
