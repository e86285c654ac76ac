"""The live threads of the main process before there is a pool, with one, and after it has been joined."""

import threading
from multiprocessing.pool import Pool


def show(moment):
    for thread in threading.enumerate():
        print(f"{moment}: {thread.name}")


if __name__ == "__main__":
    show("Before the pool")
    with Pool(1) as pool:
        show("With the pool")
        pool.close()
        pool.join()
    show("After the pool")
