"""A worker that has done its share of tasks is replaced, and its replacement has the next number."""

from multiprocessing import current_process
from multiprocessing.pool import Pool


def task(identifier):
    print(f"Task {identifier} in {current_process().name}", flush=True)


if __name__ == "__main__":
    with Pool(1, maxtasksperchild=2) as pool:
        for identifier in range(6):
            pool.apply_async(task, (identifier,))
        pool.close()
        pool.join()
