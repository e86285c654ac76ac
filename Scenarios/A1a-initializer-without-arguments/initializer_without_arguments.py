"""The workers run their initializer when they start, even if no task ever comes."""

from multiprocessing.pool import Pool


def initialize_worker():
    print("Worker initialized", flush=True)


if __name__ == "__main__":
    with Pool(2, initializer=initialize_worker) as pool:
        # Nothing is issued: closing and joining a pool without tasks waits for its workers all the same.
        pool.close()
        pool.join()
