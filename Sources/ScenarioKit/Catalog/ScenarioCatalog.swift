/// All examples, and how they are found by what people type.
package enum ScenarioCatalog {
  /// The examples in the order of the documents, each fragment behind its whole.
  package static let all: [Scenario] = [
    Scenario(
      "A1", "initialize-workers", "Each worker process runs an initializer once, before its first task."),
    Scenario(
      "A1a", "initializer-without-arguments", "The initializer runs when a worker starts, even if no task ever comes."),
    Scenario(
      "A2", "initialize-workers-names",
      "Initializer and tasks of a worker run in the same process, in its main thread."),
    Scenario(
      "A3", "initialize-workers-global", "What the initializer stores in a global is there for all tasks of its worker."
    ),
    Scenario("A3a", "initializer-three-arguments", "An initializer's arguments arrive in their order."),
    Scenario(
      "A3b", "global-in-each-worker", "A global that the initializer sets is the worker's own; main's stays as it was."),
    Scenario(
      "B1", "thread-pool-initialize", "A pool of threads takes the same initializer as a pool of processes.",
      places: [.thread], method: .none),
    Scenario(
      "B2", "thread-pool-initialize-names", "A worker thread runs its initializer and its tasks itself.",
      places: [.thread], method: .none),
    Scenario(
      "C1", "share-queue-with-workers",
      "A queue handed over by the initializer brings each result back the moment it is there.", hasDefaultSize: true),
    Scenario(
      "D1", "task-thread", "A task of a process pool runs in the main thread of its worker.", hasDefaultSize: true),
    Scenario("D1a", "current-thread-in-task", "A task can ask which thread it runs in, as the main process can."),
    Scenario(
      "D2", "initializer-thread", "The initializer of a process pool runs in the main thread of each worker.",
      hasDefaultSize: true),
    Scenario(
      "D2a", "current-thread-in-initializer", "The initializer and a task of one worker run in the very same place."),
    Scenario(
      "D3", "helper-threads", "A process pool keeps three helper threads in the main process.", hasDefaultSize: true),
    Scenario("D3a", "list-threads", "The helper threads come with the pool and are gone when it has been joined."),
    Scenario(
      "E1", "default-start-method", "The start method that a program uses when it asks for none."),
    Scenario(
      "E2", "start-method-in-worker", "Main and worker report the same start method.", hasDefaultSize: true),
    Scenario(
      "E3", "fork-context", "A pool on the fork context forks, whatever the program's default is.", places: [.fork],
      hasDefaultSize: true, method: .fixed(.fork)),
    Scenario(
      "E3a", "context-by-name", "Contexts got by their names make pools of all start methods in one program.",
      method: .none),
    Scenario("F1", "stop-event", "An event handed over by the initializer stops all tasks gracefully."),
    Scenario("F2", "shared-lock", "A lock handed over by the initializer is one lock for main and all workers."),
    Scenario("F3", "callbacks", "A callback runs in the main process, in the thread that handles results."),
    Scenario(
      "F4", "imap-unordered", "Results come in the order in which they are done, without a queue of one's own.",
      hasDefaultSize: true),
    Scenario("F5", "replaced-workers", "A worker that has done its share is replaced, and the next has another number."),
    Scenario("F6", "two-pools", "Two pools share nothing but the counter that numbers their workers."),
    Scenario("F7", "nested-names", "The name of a process tells who started it.", startsProcesses: true),
    Scenario("F8", "shared-pipe", "A pipe handed over by the initializer lets a task report before it is done."),
  ]

  /// The example that somebody means: its id in upper or lower case, with or without the name behind it.
  package static func find(_ typed: String) throws(ScenarioError) -> Scenario {
    let wanted = typed.lowercased()
    if let scenario = all.first(where: { $0.id.lowercased() == wanted || $0.title.lowercased() == wanted }) {
      return scenario
    }
    // An id is compared with ids, anything longer with names.
    let candidates = typed.unicodeScalars.count <= 4 ? all.map(\.id) : all.map(\.title)
    let nearest = Wording.nearest(to: typed, among: candidates)
    throw ScenarioError(
      .unknownExample,
      "“\(typed)” is not an example; the nearest \(nearest.count == 1 ? "is" : "are") \(Wording.list(nearest, "and")).")
  }
}
