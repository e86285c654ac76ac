"""A pool of threads takes the same initializer as a pool of processes."""

from multiprocessing.pool import ThreadPool
from time import sleep


def initialize_worker():
    # Threads share the buffer of the one process: no flush is needed.
    print("Initializing worker...")


def task():
    print("Worker executing task...")
    sleep(1)


if __name__ == "__main__":
    with ThreadPool(2, initializer=initialize_worker) as pool:
        for _ in range(4):
            pool.apply_async(task)
        pool.close()
        pool.join()
