extension WarmPythonTests {
  /// Prints all that a script can see of the interpreter that it runs in and that should not depend on how it came about.
  static let look = #"""
    """Looks around."""
    import gc, locale, multiprocessing.pool, os, signal, sys, threading, time, warnings
    from multiprocessing import current_process, process, util

    if __name__ == "__main__":
        for name, value in list(vars(sys.modules["__main__"]).items()):
            if name.startswith("__"):
                shown = value if isinstance(value, (str, dict)) else type(value).__name__
                print(name, shown, getattr(value, "name", ""), getattr(value, "path", ""))
        print(sys.argv, getattr(sys, "orig_argv", None), sys.executable)
        print(sys.path, sys.prefix, sys.base_prefix, sys.flags, sys.warnoptions, sys._xoptions)
        print(sys.dont_write_bytecode, sys.getrecursionlimit(), sys.getswitchinterval(), sys.getfilesystemencoding())
        print(locale.setlocale(locale.LC_CTYPE), sys.excepthook is sys.__excepthook__, hasattr(sys, "last_value"))
        for file in [sys.stdin, sys.stdout, sys.stderr, sys.__stdin__, sys.__stdout__, sys.__stderr__]:
            print(file.name, file.mode, file.encoding, file.errors, file.line_buffering, file.isatty(), file.seekable())
            print(getattr(file, "write_through", ""), file.fileno(), file.buffer.raw._blksize, os.get_inheritable(file.fileno()))
        main = current_process()
        print(main.name, main._identity, main.pid == os.getpid(), sorted(main._config), main.daemon, len(main.authkey))
        print(main._parent_pid, getattr(main, "_parent_name", ""), type(main.authkey).__name__, list(process._children))
        print(process.ORIGINAL_DIR == os.getcwd(), os.getcwd(), util._finalizer_registry, util._logger)
        print(multiprocessing.get_start_method(allow_none=True), os.cpu_count(), time.sleep.__name__)
        thread = threading.main_thread()
        print([one.name for one in threading.enumerate()], thread is threading.current_thread())
        print(thread.ident == threading.get_ident(), getattr(thread, "native_id", os.getpid()) == os.getpid())
        print(sorted(os.environ.items()))
        for number in range(1, 32):
            handler = signal.getsignal(number)
            print(number, getattr(handler, "__name__", handler))
        print(signal.pthread_sigmask(signal.SIG_BLOCK, []), os.umask(0o22), os.getpgid(0) == os.getpid())
        print(gc.isenabled(), gc.get_threshold(), [one[:3] for one in warnings.filters])
        print(sorted(os.listdir("/proc/self/fd")), os.getpriority(os.PRIO_PROCESS, 0))
    """#

  /// Ways to end.
  static let endings = [
    "import sys\nprint('unflushed', end='')\nsys.exit(3)\n",
    "raise SystemExit('a text')\n",
    "raise SystemExit\n",
    "def inner():\n    raise KeyError('x')\ntry:\n    inner()\nexcept KeyError as error:\n    raise ValueError('y') from error\n",
    "import sys\nsys.excepthook = lambda *all: print(all[0].__name__)\nraise OSError(1, 'x')\n",
    "print(1)\ndef wrong(:\n    pass\n",
    "# -*- coding: latin-1 -*-\nprint(len('\u{e4}'))\n",
    "import os\nprint('lost')\nos._exit(7)\n",
    "import os, signal\nprint('kept', flush=True)\nos.kill(os.getpid(), signal.SIGTERM)\n",
    """
    import atexit, threading, time
    atexit.register(print, "first, hence last")
    atexit.register(lambda: print("at exit", __name__))
    goes = threading.Event()
    threading.Thread(target=lambda: (goes.wait(), time.sleep(5), print("awaited"))).start()
    threading.Thread(target=time.sleep, args=(3000,), daemon=True).start()
    print("end")
    goes.set()

    """,
    """
    from multiprocessing import Process
    import sys
    if __name__ == "__main__":
        child = Process(target=sys.exit, args=(4,))
        child.start()
        child.join()
        print(child.name, child.exitcode)
        Process(target=print, args=("joined at exit",)).start()

    """,
  ]
}
