"""A process that is not a pool's worker may have a pool of its own; the names tell who started whom."""

from multiprocessing import Process, current_process
from multiprocessing.pool import Pool


def report():
    print(f"Task in {current_process().name}", flush=True)


def child():
    print(f"Child {current_process().name}", flush=True)
    with Pool(1) as pool:
        pool.apply(report)


if __name__ == "__main__":
    process = Process(target=child)
    process.start()
    process.join()
    print(f"Back in {current_process().name}", flush=True)
