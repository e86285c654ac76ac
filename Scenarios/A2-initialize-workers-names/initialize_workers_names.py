"""The initializer and the tasks of a worker run in one process, in its main thread."""

from multiprocessing import current_process
from multiprocessing.pool import Pool
from threading import current_thread
from time import sleep


def whereabouts():
    return f"process={current_process().name}, thread={current_thread().name}"


def initialize_worker():
    print(f"Initializing worker, {whereabouts()}", flush=True)


def task():
    print(f"Worker executing task, {whereabouts()}", flush=True)
    sleep(1)


if __name__ == "__main__":
    with Pool(2, initializer=initialize_worker) as pool:
        for _ in range(4):
            pool.apply_async(task)
        pool.close()
        pool.join()
