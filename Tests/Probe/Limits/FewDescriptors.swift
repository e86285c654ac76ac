import Glibc
import Multiprocessing

extension Limit {
  /// The program has no descriptor left.
  static let descriptorsOfParent = Limit("no-descriptors-in-the-parent", in: Place.processes) { place, size in
    let tasks = size == .full ? 100_000 : 500
    return try Gates.with { gates in
      let pool = try place.pool(2, initializer: gates)
      defer { pool.terminate() }
      try pool.apply(Nothing())
      let taken = try takeAllDescriptors()
      // The pool that runs goes on; a second one says why it cannot be.
      let outcome = Result { () -> (String, [Int]) in
        let refused = try expectError(.system) { try place.pool(2) }
        return (refused.message, try pool.mapAsync(Square.self, 0..<tasks, chunkSize: 10).get(timeout: .seconds(60)))
      }
      // A worker that dies: its task fails with its end. Its replacement gets the descriptor that it leaves, or cannot be had, if
      // that one is not given back yet; nothing waits for ever.
      let held = try pool.applyAsync(AtGate())
      let worker = try gates.awaitArrivals(1)[0]
      kill(worker, SIGKILL)
      let died = Result { try held.get(timeout: .seconds(30)) }
      let broken = Result { try awaitReplacement(in: pool, of: worker) ? nil : awaitBreaking(pool) }
      for number in taken { close(number) }
      try LimitResource(.descriptors, nil).run()
      let (sentence, squares) = try outcome.get()
      try expect(sentence.contains("(errno 24)"), "The sentence is \(sentence)")
      try expectEqual(squares, (0..<tasks).map { $0 * $0 }, "The tasks of the pool that runs")
      try expectError(.workerDied) { try died.get() }
      let end = try broken.get()
      if let end { try expect(end.contains("(errno 24)"), "The sentence is \(end)") }
      let replacement = end.map { "a dead worker's place stays empty: «\($0)»" } ?? "a dead worker's descriptor goes to its replacement"
      let terminating = try timed("terminate") { pool.terminate() }
      try pool.join()
      try place.withPool(2) { try expectEqual($0.apply(Square.self, 3), 9, "A pool afterwards") }
      return "a second pool: «\(sentence)»; the first does \(tasks) tasks; \(replacement); "
        + "terminate \(terminating.inMilliseconds)"
    }
  }

  /// The program may have fewer descriptors than it has.
  static let descriptorsBelowWhatIsOpen = Limit("a-limit-below-the-open-descriptors", in: Place.processes) { place, _ in
    let count = 8
    return try Gates.with { gates in
      let pool = try place.pool(count, initializer: gates)
      defer { pool.terminate() }
      let held = try (0..<count).map { _ in try pool.applyAsync(AtGate(value: 7)) }
      let worker = try gates.awaitArrivals(count)[0]
      try LimitResource(.descriptors, 3).run()
      kill(worker, SIGKILL)
      // The end of the one is heard of; the others return what they have, though the pool has no way to replace it.
      let died = eventually(within: .seconds(30)) { held.contains { $0.isReady } }
      try gates.open(count)
      let outcomes = held.map { result in Result { try result.get(timeout: .seconds(30)) } }
      try LimitResource(.descriptors, nil).run()
      try expect(died, "The end of a worker is not heard of")
      let values = outcomes.filter { (try? $0.get()) == 7 }.count
      let codes = Set(outcomes.compactMap { outcome -> MultiprocessingError.Code? in
        do { _ = try outcome.get() } catch { return (error as? MultiprocessingError)?.code }
        return nil
      })
      try expect(codes.contains(.workerDied), "The errors are \(codes)")
      let terminating = try timed("terminate", within: .seconds(5)) { pool.terminate() }
      try pool.join()
      return "a worker's end is heard of, \(values) of \(count - 1) others return; terminate \(terminating.inMilliseconds)"
    }
  }

  /// A worker has no descriptor left.
  static let descriptorsOfWorker = Limit("no-descriptors-in-a-worker", in: Place.processes) { place, size in
    let tasks = size == .full ? 10_000 : 100
    return try place.withPool(1) { pool in
      let first = try pool.apply(PeakMemory.Process())
      try pool.apply(LimitResource(.descriptors, 3))
      let sentences = try pool.applyAsync(TryToOpen()).get(timeout: .seconds(60))
      for sentence in sentences { try expect(sentence.contains("(errno 24)"), "The sentence is \(sentence)") }
      let squares = try pool.mapAsync(Square.self, 0..<tasks, chunkSize: 1).get(timeout: .seconds(60))
      try expectEqual(squares, (0..<tasks).map { $0 * $0 }, "The tasks of that worker")
      try expectEqual(pool.apply(MakeBytes(count: 1 << 20)).count, 1 << 20, "A large result of that worker")
      try pool.apply(LimitResource(.descriptors, nil))
      try expectEqual(pool.apply(TryToOpen()), [], "What cannot be opened afterwards")
      try expectEqual(pool.apply(PeakMemory.Process()), first, "The worker")
      return "«\(sentences[0])»; the worker does \(tasks) tasks and a large result, and all again when it has some"
    }
  }

  /// Takes every descriptor that this process may still have.
  private static func takeAllDescriptors() throws -> [Int32] {
    try LimitResource(.descriptors, Int(SystemState.descriptors().keys.max() ?? 2) + 1).run()
    var taken: [Int32] = []
    while case let number = open("/dev/null", O_RDONLY | O_CLOEXEC), number >= 0 { taken.append(number) }
    return taken
  }

  /// Waits until a pool of two has another worker for a dead one, or breaks; whether it has.
  private static func awaitReplacement(in pool: Pool, of dead: Int32) throws -> Bool {
    var isWhole = false
    let isDecided = eventually(within: .seconds(30)) {
      let workers = pool.snapshot().workers.map(\.processID)
      // Nothing can be asked of the system here, for that takes a descriptor.
      isWhole = workers.count == 2 && !workers.contains(dead)
      return isWhole || (try? pool.applyAsync(Square.self, 3)) == nil
    }
    try expect(isDecided, "The pool goes on with a worker that is missing: \(pool.snapshot())")
    return isWhole
  }

  /// Waits until a pool takes nothing more; why.
  static func awaitBreaking(_ pool: Pool) throws -> String {
    var sentence = ""
    let isBroken = try eventually(within: .seconds(30)) {
      do {
        _ = try pool.applyAsync(Square.self, 3).get(timeout: .seconds(30))
        return false
      } catch let error as MultiprocessingError where error.code == .poolNotRunning || error.code == .workerCouldNotStart {
        sentence = error.message
        return true
      } catch let error as MultiprocessingError where error.code == .system {
        // It breaks at that moment, with the reason as the error of what it had.
        sentence = error.message
        return true
      }
    }
    try expect(isBroken, "The pool goes on with a worker that is missing")
    return sentence
  }
}

/// Makes one of each thing that needs descriptors; what was said where it could not be made.
struct TryToOpen: PoolTask {
  func run() -> [String] {
    func attempt(_ body: () throws -> Void) -> String? {
      do {
        try body()
        return nil
      } catch {
        return "\(error)"
      }
    }
    return [
      attempt { _ = try Queue<Int>() }, attempt { _ = try Lock() }, attempt { _ = try SharedLog(path: "/dev/null") },
      attempt { _ = try withPool(processes: 1) { try $0.apply(Square.self, 2) } },
    ].compactMap { $0 }
  }
}
