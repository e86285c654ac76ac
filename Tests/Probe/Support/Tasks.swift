import Glibc
import Multiprocessing

// The tasks that many cases use.

enum Square: PoolFunction {
  static func call(_ x: Int) -> Int { x * x }
}

enum Identity: PoolFunction {
  static func call(_ x: Int) -> Int { x }
}

enum Power: PoolFunction2 {
  static func call(_ base: Int, _ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * base } }
}

struct Negative: Error, Codable, Equatable, CustomStringConvertible {
  var value: Int
  var description: String { "neg \(value)" }
}

/// Fails for negative numbers.
enum CheckedSquare: PoolFunction {
  static func call(_ x: Int) throws -> Int {
    if x < 0 { throw Negative(value: x) }
    return x * x
  }
}

/// A task without a result, with an argument that it does not use.
struct Nothing: PoolTask {
  func run() {}
}

/// Sleeps, then returns its value.
struct Sleep: PoolTask {
  var seconds: Double
  var value = 0
  func run() -> Int {
    sleep(for: .seconds(seconds))
    return value
  }
}

/// Everything that a worker can tell about itself.
struct WhoAmI: PoolTask {
  struct Answer: Codable, Hashable, Sendable {
    var process: String
    var identity: [Int]
    var processID: Int32
    var isDaemon: Bool
    var parent: String?
    var parentIdentity: [Int]?
    var parentProcessID: Int32?
    var thread: String
    var threads: [String]
    var method: String
  }

  func run() -> Answer { Self.answer }

  static var answer: Answer {
    let process = ProcessIdentity.current
    return Answer(
      process: process.name, identity: process.identity, processID: process.processID, isDaemon: process.isDaemon,
      parent: process.parent?.name, parentIdentity: process.parent?.identity, parentProcessID: process.parent?.processID,
      thread: ThreadIdentity.current.name, threads: ThreadIdentity.live.map(\.name), method: StartMethod.current.rawValue)
  }
}

/// The name of the worker: of its process, or among threads of its thread.
struct WorkerName: PoolTask {
  func run() -> String {
    let process = ProcessIdentity.current
    return process.identity.isEmpty ? ThreadIdentity.current.name : process.name
  }
}

/// Kills its own process with a signal.
struct KillOneself: PoolTask {
  var signal: Int32
  func run() { kill(getpid(), signal) }
}

/// Two queues that hold tasks at a gate: a task tells that it has arrived, and waits until the case lets one pass.
struct Gates: Initializer {
  let arrived: SimpleQueue<Int32>
  let passes: SimpleQueue<Int>

  static let current = ProcessLocal<Gates?>(nil)

  init() throws {
    arrived = try SimpleQueue()
    passes = try SimpleQueue()
  }

  func run() { Self.current.value = self }

  /// Blocks until so many tasks stand at the gate; the processes that they run in.
  @discardableResult
  func awaitArrivals(_ count: Int) throws -> [Int32] { try (0..<count).map { _ in try arrived.get() } }

  /// Lets so many tasks pass.
  func open(_ count: Int) throws { for _ in 0..<count { try passes.put(0) } }

  /// Runs `body` with gates; a pool that has them as its initializer must be made and ended in it.
  static func with<R>(_ body: (Gates) throws -> R) throws -> R {
    let gates = try Gates()
    // Worker threads share this process's variable, which would keep the queues open.
    defer { current.value = nil }
    return try body(gates)
  }

  enum Missing: Error, Codable { case noGates }
}

/// Stands at the gate, then returns its value.
struct AtGate: PoolTask {
  var value = 0
  func run() throws -> Int {
    guard let gates = Gates.current.value else { throw Gates.Missing.noGates }
    try gates.arrived.put(getpid())
    _ = try gates.passes.get()
    return value
  }
}
