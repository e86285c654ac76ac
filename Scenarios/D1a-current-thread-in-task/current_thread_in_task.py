"""A task asks for its thread; the main process asks for its own."""

from multiprocessing.pool import Pool
from threading import current_thread


def name_of_thread():
    return current_thread().name


if __name__ == "__main__":
    with Pool(1) as pool:
        print(f"Thread of the main process: {name_of_thread()}")
        print(f"Thread of the task: {pool.apply(name_of_thread)}")
