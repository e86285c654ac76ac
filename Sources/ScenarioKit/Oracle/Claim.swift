/// One statement of the documents, and what checks it.
///
/// Every claim has a check of the same name in `claims.py`, for CPython, and in `SwiftClaims`, for this package; it does
/// what the claim speaks of and looks.
package struct Claim: Hashable, Sendable {
  package var id: String
  package var text: String
  /// The examples whose goldens check it as well.
  package var examples: [String]

  private init(_ id: String, _ text: String, _ examples: String...) {
    self.id = id
    self.text = text
    self.examples = examples
  }

  package static let all: [Claim] = [
    Claim("P1", "A pool is configured when it is made and uses its workers for many tasks.", "A1", "A2", "F5"),
    Claim(
      "P2", "apply and map give values at once; apply_async and map_async give a handle with timeout and callback.",
      "A3b", "D1a", "F3"),
    Claim("P3", "Without an initializer, which is the default, workers run none.", "D1", "D3"),
    Claim(
      "P4", "An initializer is called with the initial arguments in each worker when it starts.", "A1", "A2", "A3",
      "A1a", "A3a"),
    Claim("P5", "The initial arguments are a list or a tuple; three of them arrive in order.", "A3", "A3a"),
    Claim("P6", "With 2 workers, at most 2 tasks run at a time.", "A2"),
    Claim("P7", "Each worker is initialized exactly once, before its first task.", "A1", "A2", "A3", "B1", "B2", "A1a"),
    Claim(
      "P8", "The initializer and the tasks of a worker run in its process and main thread, named MainThread.", "A2",
      "D1", "D2", "D1a", "D2a"),
    Claim("P9", "Spawned workers are named SpawnPoolWorker-1, SpawnPoolWorker-2 and so on.", "A2", "F6", "F7"),
    Claim(
      "P10", "A global that the initializer sets is seen by all tasks of that worker, and each worker has its own.",
      "A3", "A3b"),
    Claim(
      "P11", "What initargs passes is shared with all workers: event, lock, semaphore, queue, pipe, value.", "C1", "F1",
      "F2", "F8"),
    Claim("P12", "close and then join waits until all tasks are done.", "A1", "A2", "A3", "B1", "B2", "F3"),
    Claim("P13", "Workers are made as needed, when tasks are issued.", "A1a"),
    Claim(
      "T1", "ThreadPool is a kind of Pool with the same methods, without maxtasksperchild and context.", "B1", "B2"),
    Claim(
      "T2", "Worker threads are named Thread-1, Thread-2; initializer and tasks of a worker run in the same thread.",
      "B2"),
    Claim("T3", "What the initializer puts into thread-local storage or a global is seen by that worker's tasks."),
    Claim(
      "S1", "A SimpleQueue that initargs passes carries values from tasks in any worker to the main process.", "C1"),
    Claim("S2", "get on an empty queue waits for a value.", "C1"),
    Claim("S3", "Results can be taken in order of completion, as imap_unordered gives them.", "C1", "F4"),
    Claim("S4", "A pool is closed at the end of its with block."),
    Claim("S5", "A task that only reads a global needs no declaration of it.", "A3", "C1", "A3b"),
    Claim("S6", "Waiting in a cycle, or for a lock that a stopped worker holds, never ends."),
    Claim("S7", "ProcessPoolExecutor shares a global through its initializer in the same way."),
    Claim(
      "H1", "A process pool has three helper threads: for the workers, for the tasks, for the results.", "D3", "D3a",
      "F3"),
    Claim("H2", "By default a pool has as many workers as there are logical CPUs.", "D2"),
    Claim("H3", "wait on a result waits until the task is done.", "D1", "D2", "D3"),
    Claim(
      "M1", "There are three start methods: a fresh program, a copy of the parent, a fork of a fresh server.", "E2",
      "E3a"),
    Claim("M2", "The default start method is spawn on Windows and macOS, fork on Linux.", "E1"),
    Claim("M3", "Windows offers spawn; macOS and Linux offer all three.", "E2"),
    Claim("M4", "The start method can be set, and is reported alike in main and in a worker.", "E1", "E2"),
    Claim(
      "M5", "A context offers the whole interface with its start method; several can be used in one program.", "E3",
      "E3a"),
    Claim("M6", "A pool without a context uses the program's default.", "E2"),
    Claim("M7", "A worker of a pool on the fork context reports fork while main reports spawn.", "E3"),
    Claim("M8", "fork may start faster than the other methods."),
  ]
}

/// What the check of a claim found on one implementation.
package struct ClaimFinding: Hashable, Sendable, Codable {
  package enum Outcome: String, Hashable, Sendable, Codable {
    case holds
    /// The implementation does something else; the observation says what.
    case refuted
    /// The claim is about speed: the observation has the numbers.
    case measured
    /// The implementation has nothing that the claim could be checked on.
    case absent
    /// The check itself went wrong: it raised, hung or gave no answer.
    case failed
  }

  package var outcome: Outcome
  /// What was seen and decides, in one sentence.
  package var observation: String

  package init(_ outcome: Outcome, _ observation: String) {
    self.outcome = outcome
    self.observation = observation
  }
}
