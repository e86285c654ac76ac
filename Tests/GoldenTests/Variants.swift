@testable import Golden

/// Goldens of variants of A2 that no document prints, and small helpers to make their outputs.
enum Variants {
  static func golden(_ text: String, file: String = "variant.golden") throws -> Golden {
    try Golden.parse(Array(text.utf8), file: file)
  }

  /// A2 with the number of the task in each line: the queue is first in, first out, and now it shows.
  static let numbered = """
    golden 1
    example A2 numbered

    lanes
      A, B: processes named {Method}PoolWorker-#

    lines
      init: Initializing worker, process={lane}, thread={name MainThread}
      task: Worker executing task {task}, process={lane}, thread={name MainThread}

    hidden
      take before task
        because "a worker runs one task at a time"

    documented
      A | Initializing worker, process=SpawnPoolWorker-1, thread=MainThread
      A | Worker executing task 0, process=SpawnPoolWorker-1, thread=MainThread
      B | Initializing worker, process=SpawnPoolWorker-2, thread=MainThread
      B | Worker executing task 1, process=SpawnPoolWorker-2, thread=MainThread
      A | Worker executing task 2, process=SpawnPoolWorker-1, thread=MainThread
      B | Worker executing task 3, process=SpawnPoolWorker-2, thread=MainThread

    may vary
      order between lanes
        because "the workers run at the same time"
      which lane runs task
        because "a task goes to whichever worker asks first"
      names of lanes
        because "either worker may be the first to print"
      start method
        because "a worker's name begins with the start method of its pool"

    must hold
      each lane: 1 init
        because "a worker runs the initializer exactly once"
      each number once: task
        because "each task runs exactly once"
      in a lane: init before task
        because "a worker initializes before it asks for work"
      in order: take
        because "the task queue is first in, first out"

    accepts
      162 outputs
      6 outputs when tasks=1
    """

  /// A2 whose pool is terminated when the tasks are done: a worker that was still starting never prints.
  static let terminated = """
    golden 1
    example A2 terminated

    lanes
      A, B: processes named {Method}PoolWorker-#

    lines
      init: Initializing worker, process={lane}, thread={name MainThread}
      task: Worker executing task, process={lane}, thread={name MainThread}

    documented
      A | Initializing worker, process=SpawnPoolWorker-1, thread=MainThread
      A | Worker executing task, process=SpawnPoolWorker-1, thread=MainThread
      B | Initializing worker, process=SpawnPoolWorker-2, thread=MainThread
      B | Worker executing task, process=SpawnPoolWorker-2, thread=MainThread
      A | Worker executing task, process=SpawnPoolWorker-1, thread=MainThread
      B | Worker executing task, process=SpawnPoolWorker-2, thread=MainThread

    may vary
      order between lanes
        because "the workers run at the same time"
      which lane runs task
        because "a task goes to whichever worker asks first"
      names of lanes
        because "either worker may be the first to print"
      start method
        because "a worker's name begins with the start method of its pool"
      cut off by terminate: init
        because "leaving the block terminates the pool, and a worker still starting never prints"

    must hold
      each lane: 1 init
        because "a worker runs the initializer exactly once"
      in all: 4 task
        because "main waits until all tasks are done"
      in a lane: init before task
        because "a worker initializes before it asks for work"

    accepts
      64 outputs
    """

  static func initLine(_ worker: Int) -> String {
    "Initializing worker, process=SpawnPoolWorker-\(worker), thread=MainThread"
  }

  static func taskLine(_ worker: Int, _ number: Int? = nil) -> String {
    let number = number.map { " \($0)" } ?? ""
    return "Worker executing task\(number), process=SpawnPoolWorker-\(worker), thread=MainThread"
  }
}
