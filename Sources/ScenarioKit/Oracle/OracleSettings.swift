/// What a harness decides about a run of a twin, which the twin itself does not know.
package struct OracleSettings: Hashable, Sendable {
  /// The program's default start method; nil leaves CPython's own.
  package var startMethod: String?

  /// Multiplies every sleep of the twin, in the main process and in workers.
  package var timeScale: Double = 1

  /// The number of processors that Python believes in, hence the default size of a pool; nil leaves the machine's.
  package var workers: Int?

  /// The package that the twin's imports name instead of `multiprocessing`.
  package var module = "multiprocessing"

  package init(
    startMethod: String? = nil, timeScale: Double = 1, workers: Int? = nil, module: String = "multiprocessing"
  ) {
    self.startMethod = startMethod
    self.timeScale = timeScale
    self.workers = workers
    self.module = module
  }

  var environment: [String: String] {
    var result = ["SCENARIOS_TIME_SCALE": "\(timeScale)", "SCENARIOS_MODULE": module]
    result["SCENARIOS_START_METHOD"] = startMethod
    result["SCENARIOS_WORKERS"] = workers.map(String.init)
    return result
  }

  /// Applies the settings in every interpreter of a run, before any other code.
  ///
  /// Python imports a module of this name at its start, also in spawned workers and in the fork server; so they all
  /// see the same settings, and the twin stays as a user would write it.
  static let startModule = "sitecustomize.py"
  static let startModuleText = """
    import os
    import sys
    import time

    scale = float(os.environ.get("SCENARIOS_TIME_SCALE", "1"))
    workers = os.environ.get("SCENARIOS_WORKERS")
    # Taken away at once: it is the main program's, and workers know theirs from their parent.
    method = os.environ.pop("SCENARIOS_START_METHOD", None)

    if scale != 1:
        real_sleep = time.sleep

        def scaled_sleep(seconds):
            # The twin's own sleeps only; the pool's polling keeps its pace.
            name = sys._getframe(1).f_globals.get("__name__")
            real_sleep(seconds * scale if name in ("__main__", "__mp_main__") else seconds)

        time.sleep = scaled_sleep

    if workers:
        def count():
            return int(workers)

        os.cpu_count = count
        if hasattr(os, "process_cpu_count"):
            os.process_cpu_count = count

    if method:
        import importlib
        importlib.import_module(os.environ.get("SCENARIOS_MODULE", "multiprocessing")).set_start_method(method)

    """
}
