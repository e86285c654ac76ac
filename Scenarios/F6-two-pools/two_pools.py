"""Two pools of one program share nothing but the counter that numbers their workers."""

from multiprocessing import current_process
from multiprocessing.pool import Pool


def report(pool):
    print(f"The {pool} pool works in {current_process().name}", flush=True)


if __name__ == "__main__":
    with Pool(1) as first, Pool(1) as second:
        second.apply(report, ("second",))
        first.apply(report, ("first",))
        second.apply(report, ("second",))
