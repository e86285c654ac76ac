import CMultiprocessing
import Glibc
import Multiprocessing

// What workers run for the checks of claims.

/// What a worker tells through a queue.
struct Event: Codable, Sendable {
  var process: Int32
  var kind: String
  var values: [String]

  init(_ kind: String, values: [String] = []) {
    process = getpid()
    self.kind = kind
    self.values = values
  }
}

/// What the initializers of these checks leave for the tasks of their worker.
enum WorkerState {
  static let events = ProcessLocal<SimpleQueue<Event>?>(nil)
  static let place = ProcessLocal("")
  static let gates = ProcessLocal<[Multiprocessing.Event]>([])
  static let barrier = ProcessLocal<Barrier?>(nil)
  /// By thread id, for the threads of a pool share this variable.
  static let threadNames = ProcessLocal<[UInt: String]>([:])
}

struct Announce: Initializer {
  var events: SimpleQueue<Event>
  var values: [String]

  func run() throws {
    WorkerState.events.value = events
    try events.put(Event("init", values: values))
  }
}

struct KeepGates: Initializer {
  var gates: [Multiprocessing.Event]

  func run() { WorkerState.gates.value = gates }
}

struct KeepBarrier: Initializer {
  var barrier: Barrier

  func run() { WorkerState.barrier.value = barrier }
}

struct KeepPlace: Initializer {
  func run() { WorkerState.place.value = Places.own }
}

struct KeepThreadName: Initializer {
  func run() {
    WorkerState.threadNames.withValue { $0[UInt(pthread_self())] = ThreadIdentity.current.name }
  }
}

enum WorkerID: PoolFunction {
  static func call(_ item: Int) -> Int32 { getpid() }
}

enum AnnounceTask: PoolFunction {
  static func call(_ item: Int) throws -> Int {
    try WorkerState.events.value?.put(Event("task"))
    return item
  }
}

enum AnnounceSpan: PoolFunction {
  static func call(_ item: Int) throws -> Int {
    try WorkerState.events.value?.put(Event("begin"))
    sleep(for: .milliseconds(20))
    try WorkerState.events.value?.put(Event("end"))
    return item
  }
}

enum AnnounceLater: PoolFunction {
  static func call(_ milliseconds: Int) throws -> Int {
    sleep(for: .milliseconds(milliseconds))
    try WorkerState.events.value?.put(Event("late"))
    return milliseconds
  }
}

/// Where the initializer ran and where the task runs: process, thread, whether it is the main thread.
enum Places: PoolFunction {
  static var own: String {
    let isMain = mp_thread_id() == getpid()
    return "\(getpid()) \(ThreadIdentity.current.name) \(isMain ? "main" : "other")"
  }

  static func call(_ item: Int) -> [String] { [WorkerState.place.value, own] }
}

/// Returns its number once that gate is open; -1 if it never is.
enum PassGate: PoolFunction {
  static func call(_ number: Int) -> Int { WorkerState.gates.value[number].wait(timeout: .seconds(20)) ? number : -1 }
}

enum NameAtBarrier: PoolFunction {
  static func call(_ item: Int) throws -> String {
    _ = try WorkerState.barrier.value?.wait(timeout: .seconds(20))
    return ProcessIdentity.current.name
  }
}

enum CountUp: PoolFunction {
  static func call(_ item: Int) -> [Int] {
    sleep(for: .milliseconds(20))
    ProgramState.initial.withValue { $0 += 1 }
    return [Int(getpid()), ProgramState.initial.value]
  }
}

enum ThreadNames: PoolFunction {
  static func call(_ item: Int) -> [String] {
    sleep(for: .milliseconds(20))
    let own = WorkerState.threadNames.value[UInt(pthread_self())] ?? "none"
    return [own, ThreadIdentity.current.name]
  }
}

enum MethodName: PoolFunction {
  static func call(_ item: Int) -> String { StartMethod.current.rawValue }
}
