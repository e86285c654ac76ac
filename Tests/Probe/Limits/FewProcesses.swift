import CMultiprocessing
import Glibc
import Multiprocessing

extension Limit {
  /// A pool is made with place for fewer processes and threads than it needs, from none to enough.
  static let forksRefused = Limit("forks-refused-at-the-start", in: Place.processes) { place, size in
    try ProcessLimit.become()
    // What a first pool makes stays: the server.
    try place.withPool(1) { _ in }
    let workers = size == .full ? 6 : 2
    var sentences: Set<String> = []
    var (refused, broken, started) = (0, 0, 0)
    for spare in 0...(4 * workers + 12) {
      let before = ProcessLimit.inUse()
      try ProcessLimit.set(before + spare)
      let outcome = Result { try place.pool(workers) }
      do {
        let pool = try outcome.get()
        defer { pool.terminate() }
        try expectEqual(pool.applyAsync(Square.self, 3).get(timeout: .seconds(30)), 9, "The value")
        started += 1
        pool.close()
        try pool.join()
      } catch let error as MultiprocessingError {
        try expect(error.message.contains("(errno 11)"), "With \(spare) to spare: \(error.code): \(error.message)")
        if case .failure = outcome { refused += 1 } else { broken += 1 }
        sentences.insert(withoutThread(error.message))
      }
      try ProcessLimit.set(nil)
      try expect(eventually { ProcessLimit.inUse() <= before }, "Something is left with \(spare) to spare")
      try expectEqual(ThreadIdentity.live.map(\.name), ["MainThread"], "The threads with \(spare) to spare")
    }
    try expect(refused > 0 && started > 0, "\(refused) pools were refused and \(started) started")
    return "place for 0 to \(4 * workers + 12) more: \(refused) pools refused, \(broken) broke, \(started) worked: "
      + sentences.sorted().map { "«\($0)»" }.joined(separator: ", ")
  }

  /// A sentence without the number and the role of the thread that it names.
  private static func withoutThread(_ sentence: String) -> String {
    guard let start = sentence.firstRange(of: "Thread-"), let end = sentence.firstRange(of: " failed") else { return sentence }
    return sentence[..<start.lowerBound] + "…" + sentence[end.lowerBound...]
  }

  /// A worker of a pool dies when there is no place for another one.
  static let forksRefusedLater = Limit("forks-refused-for-a-replacement", in: Place.processes) { place, _ in
    try ProcessLimit.become()
    return try Gates.with { gates in
      // Whoever forks the workers inherits a limit that is passed when this process, without one, has many threads.
      try ProcessLimit.set(ProcessLimit.inUse() + 40)
      let pool = try place.pool(2, initializer: gates)
      defer { pool.terminate() }
      // Both workers have begun.
      let held = try (0..<2).map { try pool.applyAsync(AtGate(value: $0)) }
      let worker = try gates.awaitArrivals(2)[0]
      try ProcessLimit.set(nil)
      let sentence = try withThreadPool(processes: 60) { _ in
        if place == .spawn { try ProcessLimit.set(0) }
        kill(worker, SIGKILL)
        let sentence = try awaitBreaking(pool)
        try expect(codes(of: held).contains(.workerDied), "The dead worker's task does not say so: \(codes(of: held))")
        return sentence
      }
      try ProcessLimit.set(nil)
      try expect(sentence.contains("(errno 11)"), "The sentence is \(sentence)")
      let terminating = try timed("terminate") { pool.terminate() }
      try pool.join()
      return "the dead worker's task says so; then «\(sentence)»; terminate \(terminating.inMilliseconds)"
    }
  }

  /// There is place for the process of a new worker, and none for the thread that ends it with the program.
  static let threadsRefused = Limit("threads-refused-in-a-worker", in: [.spawn]) { place, _ in
    try ProcessLimit.become()
    return try Gates.with { gates in
      let pool = try place.pool(2, initializer: gates)
      defer { pool.terminate() }
      // Both workers have begun.
      let held = try (0..<2).map { try pool.applyAsync(AtGate(value: $0)) }
      let worker = try gates.awaitArrivals(2)[0]
      // The dead worker gives two places back: its process's and that of its thread.
      try ProcessLimit.set(ProcessLimit.inUse() - 1)
      kill(worker, SIGKILL)
      let sentence = try awaitBreaking(pool)
      try ProcessLimit.set(nil)
      try expect(codes(of: held).contains(.workerDied), "The dead worker's task does not say so: \(codes(of: held))")
      try expect(sentence.contains("could not begin") && sentence.contains("(errno 11)"), "The sentence is \(sentence)")
      let terminating = try timed("terminate") { pool.terminate() }
      try pool.join()
      return "«\(sentence)»; terminate \(terminating.inMilliseconds)"
    }
  }
}

/// How results failed; nil for one that did not.
private func codes(of results: [AsyncResult<Int>]) -> [MultiprocessingError.Code?] {
  results.map { result in
    do {
      _ = try result.get(timeout: .seconds(30))
      return nil
    } catch {
      return (error as? MultiprocessingError)?.code
    }
  }
}

/// How many processes and threads a user may have. It does not hold for the superuser.
enum ProcessLimit {
  /// Makes this process one for which the limit holds: a user of its own, for the kernel counts all processes of a user, also
  /// those that nobody sees here. Where there are only the usual users it becomes nobody.
  static func become() throws {
    guard getuid() == 0 else { return }
    let changed = setgroups(0, nil) == 0 && [1_000_000_000 + UInt32(getpid()), 65534].contains { user in
      setgid(user) == 0 && setuid(user) == 0
    }
    try expect(changed, "The superuser stays what it is")
  }

  static func set(_ value: Int?) throws { try LimitResource(.processes, value).run() }

  /// How many processes and threads the user has.
  static func inUse() -> Int {
    SystemState.processes().reduce(0) { count, process in
      guard let status = SystemState.contents(of: "/proc/\(process)/status") else { return count }
      func number(_ name: String) -> Int? {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }.first
      }
      return number("Uid") == Int(getuid()) ? count + (number("Threads") ?? 0) : count
    }
  }
}

extension SystemState {
  static func processes() -> [Int32] { names(in: "/proc").compactMap { Int32($0) } }
}
