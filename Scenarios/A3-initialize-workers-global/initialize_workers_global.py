"""What the initializer puts into a global is there for every task of that worker."""

from multiprocessing.pool import Pool
from time import sleep


def initialize_worker(value):
    # Each worker process has a copy of this module, hence a global of its own.
    global shared_state
    shared_state = value
    print(f"Initializing worker with: {shared_state}", flush=True)


def task():
    # Reading needs no declaration; only the function that assigns says "global".
    print(f"Worker executing with: {shared_state}", flush=True)
    sleep(1)


if __name__ == "__main__":
    with Pool(2, initializer=initialize_worker, initargs=("Global State",)) as pool:
        for _ in range(4):
            pool.apply_async(task)
        pool.close()
        pool.join()
