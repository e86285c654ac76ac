"""Runs pool programs that are written as data, and prints what every step saw: differential.py FILE

The file has one JSON program a line; for each, one line of JSON comes out, a list with an observation a step. A
program that does not end within its time gets the observation "hang" for the step that it hung in, and ends the run.
"""

import json
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from multiprocessing.pool import Pool, ThreadPool

# Seconds. A worker for each task, spawned on a machine with much else to do, takes one or two each.
LIMIT = 90

state = 0


def initialize(value):
    global state
    state = value


def square(item):
    return item * item


def checked(item):
    if item < 0:
        raise ValueError("negative item %d" % item)
    return item


def text(item):
    return "item %d" % item


def add_state(item):
    return item + state


def nap(item):
    time.sleep(item / 1000)
    return item


def process_name(item):
    return multiprocessing.current_process().name


def thread_name(item):
    return threading.current_thread().name


def die(item):
    os._exit(item)


def add(first, second):
    return first + second


FUNCTIONS = {"square": square, "checked": checked, "text": text, "state": add_state, "nap": nap, "name": process_name,
             "die": die}


def failure(error):
    # The address of a result says nothing.
    message = re.sub(r"<.* at 0x[0-9a-f]+> not ready", "result not ready", str(error))
    return {"error": [type(error).__name__, message]}


class Run:
    def __init__(self, program):
        global state
        # Threads of a pool share main's global.
        state = 0
        self.observations = []
        self.results = {}
        self.called = []
        self.functions = dict(FUNCTIONS)
        initial = program.get("initial")
        options = {} if initial is None else {"initializer": initialize, "initargs": (initial,)}
        if program["kind"] == "thread":
            self.functions["name"] = thread_name
            self.pool = ThreadPool(program["workers"], **options)
        else:
            context = multiprocessing.get_context(program["kind"])
            options["maxtasksperchild"] = program.get("maxTasksPerChild")
            self.pool = Pool(program["workers"], context=context, **options)

    def perform(self, step):
        return getattr(self, step["operation"])(step)

    def function(self, step):
        return self.functions[step["function"]]

    def callbacks_of(self, step):
        if not step.get("callback"):
            return {}
        return {"callback": self.called.append, "error_callback": lambda error: self.called.append(failure(error))}

    def apply(self, step):
        return self.pool.apply(self.function(step), (step["items"][0],))

    def applyAsync(self, step):
        self.results[step["slot"]] = self.pool.apply_async(
            self.function(step), (step["items"][0],), **self.callbacks_of(step))

    def map(self, step):
        return self.pool.map(self.function(step), step["items"], step.get("chunkSize"))

    def mapAsync(self, step):
        self.results[step["slot"]] = self.pool.map_async(
            self.function(step), step["items"], step.get("chunkSize"), **self.callbacks_of(step))

    def starmap(self, step):
        return self.pool.starmap(add, [(item, 1) for item in step["items"]], step.get("chunkSize"))

    def consume(self, results):
        seen = []
        # A generator ends with its first error, an iterator goes on: both are asked until they say so.
        while True:
            try:
                seen.append(next(results))
            except StopIteration:
                return seen
            except Exception as error:
                seen.append(failure(error))

    def imap(self, step):
        return self.consume(self.pool.imap(self.function(step), step["items"], step["chunkSize"]))

    def imapUnordered(self, step):
        return self.consume(self.pool.imap_unordered(self.function(step), step["items"], step["chunkSize"]))

    def result(self, step):
        return self.results[step["slot"]]

    def get(self, step):
        timeout = step.get("timeout")
        return self.result(step).get(None if timeout is None else timeout / 1000)

    def wait(self, step):
        return self.result(step).wait()

    def ready(self, step):
        return self.result(step).ready()

    def successful(self, step):
        return self.result(step).successful()

    def callbacks(self, step):
        return list(self.called)

    def close(self, step):
        self.pool.close()

    def terminate(self, step):
        self.pool.terminate()

    def join(self, step):
        self.pool.join()


def run(program, report):
    observations = []

    def give_up(number, frame):
        report(observations + ["hang"])
        os._exit(0)

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT)
    pool = None
    try:
        pool = Run(program)
        for step in program["steps"]:
            if step.get("slot") is not None and "Async" not in step["operation"] and step["slot"] not in pool.results:
                # The call that should have made this result raised; that was the observation.
                observations.append({"error": ["NoResult", ""]})
                continue
            try:
                observations.append(pool.perform(step))
            except Exception as error:
                observations.append(failure(error))
    except Exception as error:
        observations.append(failure(error))
    finally:
        if pool is not None:
            pool.pool.terminate()
            pool.pool.join()
        signal.alarm(0)
        # A worker that is forked later must not be ended by this program's alarm.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    report(observations)


def main():
    def report(observations):
        print(json.dumps(observations), flush=True)

    with open(sys.argv[1]) as programs:
        for line in programs:
            run(json.loads(line), report)


if __name__ == "__main__":
    main()
