"""Runs scripts in forked copies of an interpreter that has imported what their pools need.

A harness talks to it through its standard output, a socket that keeps messages apart. Each copy leads a process group of
its own, waits for the word to go, makes its process look like that of a fresh interpreter and returns from serve(): the
script then runs in the module __main__, and the interpreter ends as it always does.
"""

import array
import gc
import importlib
import importlib.machinery
import os
import random
import socket
import sys
import threading

# What the start methods import when they are first used. Nothing of it starts a thread or a process.
for name in [
    "pool", "process", "queues", "spawn", "synchronize",
    "popen_fork", "popen_forkserver", "popen_spawn_posix", "resource_tracker", "semaphore_tracker",
]:
    try:
        importlib.import_module("multiprocessing." + name)
    except ImportError:
        # The tracker has one of two names, by version.
        pass

process = sys.modules["multiprocessing.process"]


def settings():
    """The code of the module that applies a run's settings, and its variables.

    The code is kept in a file beside the module, for the interpreters that the runs start. That folder is the harness's own,
    unlike an installation, to which nothing is written.
    """
    module = sys.modules["sitecustomize"]
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    code = module.__loader__.get_code(module.__name__)
    sys.dont_write_bytecode = writes
    return code, module.__dict__


def serve():
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, os.dup(1))
    # Whoever holds the other end must see this end close with this process.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)
    apply = settings()
    locale = os.environb.get(b"LC_CTYPE")
    if hasattr(gc, "freeze"):
        # What is there for good need not be looked through, and hence copied, by every copy of this process.
        gc.collect()
        gc.freeze()
    control.send(b"ready")
    while True:
        message, extra, _, _ = control.recvmsg(1 << 20, socket.CMSG_SPACE(4 * array.array("i").itemsize))
        words = message.split(b"\0")
        if words[0] == b"run":
            descriptors = array.array("i")
            descriptors.frombytes(extra[0][2])
            copy = os.fork()
            if copy == 0:
                control.close()
                return prepare(words[1:], descriptors, apply, locale)
            for descriptor in descriptors:
                os.close(descriptor)
            # The copy does the same; the group must be there when its number is told.
            os.setpgid(copy, copy)
            control.send(b"%d" % copy)
        elif words[0] == b"reap":
            control.send(b"%d" % os.waitpid(int(words[1]), 0)[1])
        else:
            # The harness has gone.
            os._exit(0)


def prepare(words, descriptors, apply, locale):
    """Makes the copy what the interpreter would be that was started for this script; then runs the script."""
    os.setpgid(0, 0)
    for number in range(3):
        os.dup2(descriptors[number], number)
    word = os.read(descriptors[3], 1)
    for descriptor in descriptors:
        os.close(descriptor)
    if not word:
        os._exit(1)
    count = int(words[0])
    arguments = words[1 : 1 + count]
    os.environ.clear()
    for assignment in words[1 + count :]:
        name, _, value = assignment.partition(b"=")
        os.environb[name] = value
    # An interpreter that finds itself in the C locale takes another one, whatever this variable said, and tells its children
    # by it. The copy is in the locale that its original took: the runs' environments differ in the settings only.
    if locale is not None:
        os.environb[b"LC_CTYPE"] = locale

    # Each interpreter draws these for itself.
    random.seed()
    process.current_process()._config["authkey"] = process.AuthenticationString(os.urandom(32))
    # Known since the start, and older versions keep it over a fork.
    if hasattr(threading.main_thread(), "_set_native_id"):
        threading.main_thread()._set_native_id()
    sys.argv = [os.fsdecode(argument) for argument in arguments]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = sys.orig_argv[:1] + sys.argv
    sys.path[0] = os.path.dirname(os.path.realpath(sys.argv[0]))
    code, variables = apply
    exec(code, variables)
    run(sys.argv[0])


def run(path):
    main = sys.modules["__main__"].__dict__
    # The name that this module was imported under.
    del main[__name__], sys.modules[__name__]
    main["__loader__"] = importlib.machinery.SourceFileLoader("__main__", path)
    main["__file__"] = path
    main["__cached__"] = None
    try:
        with open(path, "rb") as file:
            text = file.read()
        exec(compile(text, path, "exec", dont_inherit=True), main)
    except (SystemExit, KeyboardInterrupt):
        # The interpreter itself must see them, to end with the status or by the signal.
        raise
    except BaseException:
        kind, error, trace = sys.exc_info()
        # This function is no part of the script.
        sys.excepthook(kind, error.with_traceback(trace.tb_next), trace.tb_next)
        sys.exit(1)
