"""An initializer takes as many arguments as initargs holds; they arrive in order."""

from multiprocessing.pool import Pool


def initialize_worker(first, second, third):
    print(f"Initializing worker with: {first}, {second}, {third}", flush=True)


if __name__ == "__main__":
    with Pool(2, initializer=initialize_worker, initargs=(1, "two", 3.5)) as pool:
        pool.close()
        pool.join()
