import Glibc
import Multiprocessing

extension Limit {
  /// A worker that is stopped in the middle of its task.
  static let stoppedWorker = Limit("a-stopped-worker", in: Place.processes) { place, size in
    let others = size == .full ? 100_000 : 1000
    return try Gates.with { gates in
      let pool = try place.pool(2, initializer: gates)
      defer { pool.terminate() }
      // A task of so short a deadline may be over before it has stopped its worker: then comes another.
      func stopOne(_ value: Int, deadline: Duration? = nil) throws -> (result: AsyncResult<Int>, worker: Int32, start: Duration) {
        for _ in 0..<10 {
          let start = Clock.now
          let result = try pool.applyAsync(StopOneself(value: value), deadline: deadline)
          var worker: Int32 = 0
          let isDecided = try eventually(within: .seconds(30)) {
            while !gates.arrived.isEmpty { worker = try gates.awaitArrivals(1)[0] }
            return result.isReady || worker != 0 && SystemState.isStopped(worker)
          }
          if isDecided, !result.isReady { return (result, worker, start) }
        }
        throw Failure("The worker does not stop")
      }

      // The other worker does what there is to do, and the task is there when its worker goes on.
      let (held, worker, _) = try stopOne(7)
      let squares = try pool.mapAsync(Square.self, 0..<others, chunkSize: 10).get(timeout: .seconds(120))
      try expectEqual(squares, (0..<others).map { $0 * $0 }, "The tasks beside a stopped worker")
      try expect(!held.isReady, "The stopped task is ready")
      kill(worker, SIGCONT)
      try expectEqual(held.get(timeout: .seconds(30)), 7, "The task of a worker that goes on")

      // A deadline ends it, and another worker takes its place.
      let limit: Duration = .milliseconds(200)
      let (late, _, start) = try stopOne(8, deadline: limit)
      try expectError(.deadlinePassed) { try late.get(timeout: .seconds(30)) }
      let delay = Clock.now - start - limit
      try expect(delay < .seconds(1), "The deadline was \(delay) late")

      // With every worker stopped, terminating does not wait for them.
      let stopped = [try stopOne(9), try stopOne(10)]
      try expect(stopped[0].worker != stopped[1].worker, "One worker was stopped twice")
      // Half a second of it is for workers that go on and end by themselves.
      let terminating = try timed("terminate", within: .seconds(size == .full ? 1 : 3)) { pool.terminate() }
      for item in stopped { try expectError(.terminated) { try item.result.get(timeout: .seconds(30)) } }
      try pool.join()
      return "\(others) tasks by the other worker, the stopped task's value after SIGCONT; a deadline "
        + "\(delay.inMilliseconds) late; terminate with all stopped \(terminating.inMilliseconds)"
    }
  }
}

/// Stops its own process, then returns its value.
struct StopOneself: PoolTask {
  var value: Int
  func run() throws -> Int {
    guard let gates = Gates.current.value else { throw Gates.Missing.noGates }
    try gates.arrived.put(getpid())
    kill(getpid(), SIGSTOP)
    return value
  }
}

extension SystemState {
  /// Whether a process is stopped by a signal.
  static func isStopped(_ process: Int32) -> Bool {
    guard let stat = contents(of: "/proc/\(process)/stat"), let end = stat.lastIndex(of: ")") else { return false }
    return stat[stat.index(after: end)...].split(separator: " ").first == "T"
  }
}
