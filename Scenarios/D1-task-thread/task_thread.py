"""A task of a process pool runs in the main thread of its worker."""

from multiprocessing.pool import Pool
from threading import current_thread


def task(identifier):
    print(f"Worker thread: {current_thread().name}", flush=True)


if __name__ == "__main__":
    with Pool() as pool:
        result = pool.apply_async(task, (0,))
        result.wait()
