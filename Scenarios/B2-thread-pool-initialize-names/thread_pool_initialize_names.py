"""A worker thread runs its initializer and its tasks itself."""

from multiprocessing.pool import ThreadPool
from threading import current_thread
from time import sleep


def initialize_worker():
    print(f"Initializing worker, thread={current_thread().name}")


def task():
    print(f"Worker executing task, thread={current_thread().name}")
    sleep(1)


if __name__ == "__main__":
    with ThreadPool(2, initializer=initialize_worker) as pool:
        for _ in range(4):
            pool.apply_async(task)
        pool.close()
        pool.join()
