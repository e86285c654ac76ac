"""Every worker of a process pool runs an initializer before its first task."""

from multiprocessing.pool import Pool
from time import sleep


def initialize_worker():
    # Without the flush the line would stay in the worker's buffer until the worker ends.
    print("Initializing worker...", flush=True)


def task():
    print("Worker executing task...", flush=True)
    sleep(1)


if __name__ == "__main__":
    with Pool(2, initializer=initialize_worker) as pool:
        for _ in range(4):
            pool.apply_async(task)
        # Leaving the block would stop the workers, so wait for the tasks first.
        pool.close()
        pool.join()
