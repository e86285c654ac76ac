"""A global that the initializer sets to 100 has that value in the worker, and its old one in the main process."""

from multiprocessing.pool import Pool

setting = 0


def initialize_worker():
    global setting
    setting = 100


def read_setting():
    return setting


if __name__ == "__main__":
    with Pool(2, initializer=initialize_worker) as pool:
        print(f"In a worker: {pool.apply(read_setting)}")
        print(f"In the main process: {setting}")
