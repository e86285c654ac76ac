"""One event, handed over by the initializer, stops all tasks gracefully."""

from multiprocessing import Barrier, Event, current_process
from multiprocessing.pool import Pool


def initialize_worker(shared_stop, shared_started):
    global stop, started
    stop = shared_stop
    started = shared_started


def task():
    name = current_process().name
    print(f"{name} is running", flush=True)
    # Both tasks and main meet here, so the tasks are in two workers and nothing is stopped before it runs.
    started.wait()
    stop.wait()
    print(f"{name} has stopped", flush=True)


if __name__ == "__main__":
    stop_all = Event()
    all_started = Barrier(3)
    with Pool(2, initializer=initialize_worker, initargs=(stop_all, all_started)) as pool:
        for _ in range(2):
            pool.apply_async(task)
        all_started.wait()
        print("Stopping all tasks", flush=True)
        stop_all.set()
        pool.close()
        pool.join()
