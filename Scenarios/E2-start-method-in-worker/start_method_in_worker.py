"""A worker reports the start method that it was started with."""

from multiprocessing import get_start_method
from multiprocessing.pool import Pool


def task():
    print(f"Worker using {get_start_method()}", flush=True)


if __name__ == "__main__":
    print(f"Main process using {get_start_method()}")
    with Pool() as pool:
        pool.apply_async(task)
        pool.close()
        pool.join()
