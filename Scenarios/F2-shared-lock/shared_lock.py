"""A lock handed over by the initializer is one lock for main and all workers."""

from multiprocessing import Lock, current_process
from multiprocessing.pool import Pool
from time import sleep


def initialize_worker(shared):
    global lock
    lock = shared


def task():
    with lock:
        print(f"{current_process().name} has the lock", flush=True)


if __name__ == "__main__":
    main_lock = Lock()
    with Pool(2, initializer=initialize_worker, initargs=(main_lock,)) as pool:
        with main_lock:
            for _ in range(2):
                pool.apply_async(task)
            sleep(0.5)
            print("MainProcess releases the lock", flush=True)
        pool.close()
        pool.join()
