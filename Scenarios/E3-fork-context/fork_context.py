"""A pool on the fork context forks its workers, whatever the program's default is."""

from multiprocessing import get_context, get_start_method
from multiprocessing.pool import Pool


def task():
    print(f"Worker using {get_start_method()}", flush=True)


if __name__ == "__main__":
    print(f"Main process using {get_start_method()}")
    with Pool(context=get_context("fork")) as pool:
        pool.apply_async(task)
        pool.close()
        pool.join()
