"""A context is got by the name of its start method; one program may use several, one after the other or together."""

from multiprocessing import get_context, get_start_method


def name_of_method():
    return get_start_method()


if __name__ == "__main__":
    for name in ("spawn", "fork", "forkserver"):
        context = get_context(name)
        with context.Pool(1) as pool:
            print(f"The context named {name} has a worker using {pool.apply(name_of_method)}")
            pool.close()
            pool.join()
