"""A callback runs in the main process, in the helper thread that handles results, as soon as its task is done."""

from multiprocessing.pool import Pool
from threading import current_thread
from time import sleep


def task(identifier):
    sleep(0.2)
    return identifier


def report(identifier):
    print(f"Callback for task {identifier} in {current_thread().name}", flush=True)


if __name__ == "__main__":
    with Pool(2) as pool:
        for identifier in range(4):
            pool.apply_async(task, (identifier,), callback=report)
        pool.close()
        pool.join()
