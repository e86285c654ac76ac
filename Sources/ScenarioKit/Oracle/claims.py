"""Checks, on the Python that runs it, one claim of the documents: python3 claims.py P7

Prints one JSON object: the outcome (holds, refuted, measured) and the observation that decides it. A check never
decides by version: it does what the claim speaks of and looks.
"""

import inspect
import json
import multiprocessing
import os
import queue
import sys
import threading
import time
from multiprocessing.pool import Pool, ThreadPool

METHODS = ("fork", "spawn", "forkserver")
PATIENCE = 20

state = None
shared = None
setting = "initial"
local = threading.local()


def outcome(holds, observation):
    return ("holds" if holds else "refuted"), observation


# What workers run. Functions of this module, so that spawned workers find them.


def identity(value):
    return value


def square(value):
    return value * value


def process_id(_=None):
    return os.getpid()


def nap(seconds):
    time.sleep(seconds)
    return seconds


def keep(*values):
    global state
    state = values


def read_state(_=None):
    return state


def append_to_state(value):
    time.sleep(0.02)
    state[0].append(value)
    return os.getpid(), list(state[0])


def keep_shared(*objects):
    global shared
    shared = objects


def announce(events, *values):
    global shared
    shared = (events,)
    events.put((os.getpid(), "init", values))


def announced_task(number):
    shared[0].put((os.getpid(), "task", number))
    time.sleep(0.01)


def count_running(_):
    running, highest = shared
    with running.get_lock():
        running.value += 1
        highest.value = max(highest.value, running.value)
    time.sleep(0.02)
    with running.get_lock():
        running.value -= 1


def place():
    thread = threading.current_thread()
    return os.getpid(), thread.name, thread is threading.main_thread()


def keep_place():
    global state
    state = place()


def places(_=None):
    return state, place()


def name_of_process(_=None):
    time.sleep(0.05)
    return multiprocessing.current_process().name


def name_of_method(_=None):
    return multiprocessing.get_start_method()


def keep_in_thread(value):
    global state
    state = value
    local.value = (threading.get_ident(), value)


def read_in_thread(_=None):
    return local.value == (threading.get_ident(), state)


def thread_of_initializer():
    local.name = threading.current_thread().name


def threads(_=None):
    time.sleep(0.02)
    return local.name, threading.current_thread().name


def use_everything(_):
    stop, lock, semaphore, pipe, simple, full, value = shared
    with lock, semaphore:
        value.value += 1
    simple.put("simple")
    full.put("full")
    with lock:
        pipe.send("pipe")
    return stop.wait(PATIENCE)


def put_shared(value):
    shared[0].put(value)


def put_later(value):
    time.sleep(0.3)
    shared[0].put(value)


def die_with_lock(lock):
    lock.acquire()
    os._exit(0)


def read_setting(_=None):
    return setting


def drain(events):
    result = []
    while not events.empty():
        result.append(events.get())
    return result


# The claims on pools of processes.


def P1():
    with Pool(2) as pool:
        before = {worker.pid for worker in pool._pool}
        used = set(pool.map(process_id, range(60), 1))
        after = {worker.pid for worker in pool._pool}
    same = used <= before == after
    return outcome(same, "60 tasks ran in %s" % ("the 2 processes that were made at first" if same else "others, too"))


def P2():
    called = []
    with Pool(2) as pool:
        direct = (pool.apply(square, (3,)), pool.map(square, range(4)))
        handle = pool.apply_async(nap, (0.3,), callback=called.append)
        many = pool.map_async(square, range(3))
        early = handle.ready()
        try:
            handle.get(0.01)
            limited = False
        except multiprocessing.TimeoutError:
            limited = True
        late = (handle.get(PATIENCE), many.get(PATIENCE))
    right = direct == (9, [0, 1, 4, 9]) and late == (0.3, [0, 1, 4]) and not early and limited and called == [0.3]
    return outcome(right, "values at once, a handle before the task is done, a timeout of get, one call of the callback")


def P3():
    default = inspect.signature(Pool.__init__).parameters["initializer"].default
    with Pool(1) as pool:
        untouched = pool.apply(read_state)
    return outcome(default is None and untouched is None, "the default is %r and a worker's global stays %r" % (default, untouched))


def initializations(initargs):
    events = multiprocessing.SimpleQueue()
    with Pool(3, announce, (events,) + initargs) as pool:
        pool.map(identity, range(9), 1)
        pool.close()
        pool.join()
    return drain(events)


def P4():
    seen = initializations(("a", 2))
    right = len(seen) == 3 and len({pid for pid, _, _ in seen}) == 3 and all(values == ("a", 2) for _, _, values in seen)
    return outcome(right, "%d initializations in %d processes with %r" % (len(seen), len({s[0] for s in seen}), seen[0][2]))


def P5():
    arrived = []
    for arguments in ([1, "two", 3.0], (1, "two", 3.0)):
        with Pool(1, keep, arguments) as pool:
            arrived.append(pool.apply(read_state))
    return outcome(arrived == [(1, "two", 3.0)] * 2, "a list and a tuple arrived as %r" % (arrived[0],))


def P6():
    values = multiprocessing.Value("i", 0), multiprocessing.Value("i", 0)
    with Pool(2, keep_shared, values) as pool:
        pool.map(count_running, range(12), 1)
    return outcome(values[1].value <= 2, "at most %d of 12 tasks ran at a time" % values[1].value)


def P7():
    events = multiprocessing.SimpleQueue()
    with Pool(3, announce, (events,), maxtasksperchild=2) as pool:
        pool.map(announced_task, range(12), 1)
        pool.close()
        pool.join()
    workers = {}
    for pid, kind, _ in drain(events):
        workers.setdefault(pid, []).append(kind)
    right = all(kinds[0] == "init" and kinds.count("init") == 1 for kinds in workers.values())
    return outcome(right, "replacements included, %s" % ("each is initialized once and first" if right else workers))


def P8():
    refuted = []
    for method in METHODS:
        context = multiprocessing.get_context(method)
        with Pool(1, keep_place, maxtasksperchild=1, context=context) as pool:
            for generation in ("first", "replacement"):
                initial, own = pool.apply(places)
                if initial != own or not own[2]:
                    refuted.append("%s, %s worker: %r, then %r" % (method, generation, initial, own))
                elif own[1] != "MainThread":
                    refuted.append("the main thread of a %s worker under %s is named %s" % (generation, method, own[1]))
    return outcome(not refuted, "; ".join(refuted) or "same process, main thread, named MainThread, under all methods")


def P9():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        names = {name for name in pool.map(name_of_process, range(12), 1)} | {worker.name for worker in pool._pool}
    return outcome(names == {"SpawnPoolWorker-1", "SpawnPoolWorker-2"}, "workers are named " + ", ".join(sorted(names)))


def P10():
    with Pool(2, keep, ([],)) as pool:
        seen = pool.map(append_to_state, range(8), 1)
    lengths = {}
    for pid, values in seen:
        lengths.setdefault(pid, []).append(len(values))
    right = all(sorted(counts) == list(range(1, len(counts) + 1)) for counts in lengths.values()) and state is None
    return outcome(right, "each of %d workers filled a list of its own; main's stayed %r" % (len(lengths), state))


def P11():
    for method in METHODS:
        context = multiprocessing.get_context(method)
        reading, writing = context.Pipe(False)
        simple, full = context.SimpleQueue(), context.Queue()
        stop, value = context.Event(), context.Value("i", 0)
        objects = stop, context.Lock(), context.Semaphore(1), writing, simple, full, value
        with Pool(2, keep_shared, objects, context=context) as pool:
            result = pool.map_async(use_everything, range(2), 1)
            got = [simple.get(), simple.get(), full.get(), full.get(), reading.recv(), reading.recv()]
            stop.set()
            stopped = result.get(PATIENCE)
        if sorted(got) != ["full"] * 2 + ["pipe"] * 2 + ["simple"] * 2 or stopped != [True, True] or value.value != 2:
            return outcome(False, "%s: %r, %r, %r" % (method, got, stopped, value.value))
    return outcome(True, "event, lock, semaphore, pipe, both queues and a value worked under all methods")


def P12():
    pool = Pool(2)
    results = [pool.apply_async(nap, (0.02,)) for _ in range(10)]
    pool.close()
    pool.join()
    done = sum(result.ready() and result.successful() for result in results)
    return outcome(done == 10, "%d of 10 tasks were done after join" % done)


def P13():
    with Pool(3):
        alive = len(multiprocessing.active_children())
    return outcome(alive == 0, "%d of 3 workers lived when the constructor returned, before any task" % alive)


# Pools of threads.


def T1():
    names = {name for name in dir(Pool) if not name.startswith("_")}
    offered = {name for name in dir(ThreadPool) if not name.startswith("_")}
    missing = set(inspect.signature(Pool.__init__).parameters) - set(inspect.signature(ThreadPool.__init__).parameters)
    right = issubclass(ThreadPool, Pool) and names <= offered and missing == {"maxtasksperchild", "context"}
    return outcome(right, "a subclass with all %d methods, without %s" % (len(names), " and ".join(sorted(missing))))


def T2():
    with ThreadPool(2, thread_of_initializer) as pool:
        seen = pool.map(threads, range(8), 1)
    names = sorted({task for _, task in seen})
    same = all(initial == task for initial, task in seen)
    named = set(names) <= {"Thread-1", "Thread-2"}
    return outcome(same and named, "threads named %s%s" % (", ".join(names), "" if same else ", not the initializer's"))


def T3():
    with ThreadPool(2, keep_in_thread, ("value",)) as pool:
        seen = pool.map(read_in_thread, range(8), 1)
    return outcome(all(seen), "%d of 8 tasks saw the global and their own thread's value" % sum(seen))


# Sharing.


def S1():
    results = multiprocessing.SimpleQueue()
    with Pool(3, keep_shared, (results,)) as pool:
        handle = pool.map_async(put_shared, range(20), 1)
        got = sorted(results.get() for _ in range(20))
        # The end of the block ends workers, which must not be in the middle of handing in a result.
        handle.wait(PATIENCE)
    return outcome(got == list(range(20)), "%d values of 20 came through" % len(got))


def S2():
    results = multiprocessing.SimpleQueue()
    with Pool(1, keep_shared, (results,)) as pool:
        pool.apply(identity, (0,))
        start = time.monotonic()
        task = pool.apply_async(put_later, ("late",))
        value = results.get()
        waited = time.monotonic() - start
        # To terminate a worker that is just handing in its result may hang for ever, which is another matter.
        task.wait()
    return outcome(value == "late" and waited >= 0.25, "get waited until the value was put, 0.3 s later")


def S3():
    with Pool(3) as pool:
        pool.map(nap, [0.1] * 3, 1)
        order = list(pool.imap_unordered(nap, [0.9, 0.1, 0.5]))
    return outcome(order == [0.1, 0.5, 0.9], "naps of 0.9, 0.1 and 0.5 s came back as %r" % order)


def S4():
    with Pool(1) as pool:
        pool.apply(identity, (0,))
        result = pool.apply_async(nap, (5,))
    pool.join()
    return outcome(result.ready(), "the task that was under way at the end of the block was %s"
                   % ("finished" if result.ready() else "dropped: the pool was terminated, not closed"))


def S5():
    with Pool(1, keep, ("value",)) as pool:
        seen = pool.apply(read_state)
    return outcome(seen == ("value",), "a task without the declaration read %r" % (seen,))


def S6():
    with ThreadPool(1) as pool:
        waiting = pool.apply_async(lambda: pool.apply_async(identity, (1,)).get(0.3))
        try:
            waiting.get(PATIENCE)
            cycle = False
        except multiprocessing.TimeoutError:
            cycle = True
    lock = multiprocessing.Lock()
    worker = multiprocessing.Process(target=die_with_lock, args=(lock,))
    worker.start()
    worker.join()
    held = not lock.acquire(timeout=0.3)
    return outcome(cycle and held, "a wait for oneself and a lock of a dead process: both only end by a timeout")


def S7():
    from concurrent.futures import ProcessPoolExecutor
    try:
        with ProcessPoolExecutor(2, initializer=keep, initargs=("value",)) as executor:
            seen = set(executor.map(read_state, range(4)))
    except TypeError as error:
        return outcome(False, str(error))
    return outcome(seen == {("value",)}, "tasks saw %r" % sorted(seen))


# Helper threads.


def H1():
    with Pool(2) as pool:
        helpers = [pool._worker_handler, pool._task_handler, pool._result_handler]
        live = threading.enumerate()
    right = live[1:] == helpers and live[0] is threading.main_thread()
    return outcome(right, "besides the main thread: " + ", ".join(thread.name for thread in live[1:]))


def H2():
    def size():
        with Pool() as pool:
            return len(pool._pool)

    processors = os.cpu_count()
    allowed = os.sched_getaffinity(0)
    found = size()
    os.sched_setaffinity(0, {min(allowed)})
    return outcome(found == processors, "%d workers on %d logical CPUs of which %d are allowed, %d when one is allowed"
                   % (found, processors, len(allowed), size()))


def H3():
    with Pool(1) as pool:
        result = pool.apply_async(nap, (0.3,))
        before = result.ready()
        result.wait()
        after = result.ready()
    return outcome(not before and after, "ready was %s before wait and %s after" % (before, after))


# Start methods.


def M1():
    global setting
    setting = "changed"
    seen = {}
    for method in METHODS:
        with multiprocessing.get_context(method).Pool(1) as pool:
            seen[method] = pool.apply(read_setting)
    right = seen == {"fork": "changed", "spawn": "initial", "forkserver": "initial"}
    return outcome(right, "a global that main changed is, in a worker: " + ", ".join("%s under %s" % (seen[m], m) for m in METHODS))


def M2():
    method = multiprocessing.get_start_method()
    return outcome(method == "fork", "the default on %s is %s" % (sys.platform, method))


def M3():
    methods = multiprocessing.get_all_start_methods()
    return outcome(set(methods) == set(METHODS), "offered on %s: %s" % (sys.platform, ", ".join(methods)))


def M4():
    seen = []
    for method in METHODS:
        multiprocessing.set_start_method(method, force=True)
        with Pool(1) as pool:
            seen.append((multiprocessing.get_start_method(), pool.apply(name_of_method)))
    return outcome(seen == [(m, m) for m in METHODS], "main and worker reported " + ", ".join("%s and %s" % s for s in seen))


def M5():
    pools = [multiprocessing.get_context(method).Pool(1) for method in METHODS]
    seen = [pool.apply(name_of_method) for pool in pools]
    for pool in pools:
        pool.terminate()
    return outcome(seen == list(METHODS), "three pools at once reported " + ", ".join(seen))


def M6():
    seen = []
    for method in METHODS:
        multiprocessing.set_start_method(method, force=True)
        with Pool(1, context=None) as pool:
            seen.append(pool.apply(name_of_method))
    return outcome(seen == list(METHODS), "with those defaults, workers reported " + ", ".join(seen))


def M7():
    multiprocessing.set_start_method("spawn", force=True)
    with Pool(1, context=multiprocessing.get_context("fork")) as pool:
        seen = multiprocessing.get_start_method(), pool.apply(name_of_method)
    return outcome(seen == ("spawn", "fork"), "main reported %s and the worker %s" % seen)


def M8():
    best = {}
    for method in METHODS:
        context = multiprocessing.get_context(method)
        for _ in range(5):
            start = time.perf_counter()
            with Pool(1, context=context) as pool:
                pool.apply(identity, (0,))
                spent = time.perf_counter() - start
            best[method] = min(spent, best.get(method, spent))
    order = sorted(METHODS, key=best.get)
    times = ", ".join("%s %.0f ms" % (method, best[method] * 1000) for method in order)
    return ("measured" if order[0] == "fork" else "refuted"), "first result after " + times


if __name__ == "__main__":
    verdict, observation = globals()[sys.argv[1]]()
    print(json.dumps({"claim": sys.argv[1], "outcome": verdict, "observation": observation}))
