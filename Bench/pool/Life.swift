import Glibc
import Multiprocessing

/// What starting, waiting and dying cost.
extension PoolBench {
  /// Milliseconds from nothing to nothing: a pool, one task, close and join.
  static func start(_ size: Size, _ method: StartMethod) throws -> [String: Double] {
    let begin = now
    let pool = try Pool(processes: size.workers, context: Context(method))
    let made = now
    try check(pool.apply(Next.self, 1) == 2, "a wrong result")
    let served = now
    pool.close()
    try pool.join()
    let end = now
    return [
      "value": (end - begin) * 1e3, "make_ms": (made - begin) * 1e3, "task_ms": (served - made) * 1e3,
      "end_ms": (end - served) * 1e3,
    ]
  }

  /// The same by fork beside 200 MB of resident memory.
  static func startBesideMemory(_ size: Size) throws -> [String: Double] {
    let count = 200 << 20
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 4096)
    defer { memory.deallocate() }
    memset(memory, 1, count)
    return try start(size, .fork)
  }

  /// Bytes by which this process grows for each task that waits.
  static func pending(_ size: Size) throws -> [String: Double] {
    try withWarmPool(size) { pool in
      let busy = try (0..<size.workers).map { _ in try pool.applyAsync(Rest.self, 2000) }
      var results: [AsyncResult<Int>] = []
      results.reserveCapacity(size.items)
      for number in 0..<100 { results.append(try pool.applyAsync(Next.self, number)) }
      let before = try resident()
      for number in 100..<size.items { results.append(try pool.applyAsync(Next.self, number)) }
      let after = try resident()
      try check(!busy.contains { $0.isReady } && !(results.last?.isReady ?? true), "the tasks did not wait")
      for result in results { _ = try result.get() }
      return ["value": Double(after - before) / Double(size.items - 100)]
    }
  }

  private static func resident() throws -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { throw Wrong(description: "no /proc") }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { throw Wrong(description: "an empty /proc/self/statm") }
    let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else { throw Wrong(description: "an odd /proc/self/statm") }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Milliseconds from SIGKILL to a busy worker until its task's error is there.
  static func death(_ size: Size) throws -> [String: Double] {
    let context = Context(.fork)
    let queue = try SimpleQueue<Sample>(context: context)
    return try withPool(processes: size.workers, initializer: QueueSetup(queue: queue), context: context) { pool in
      var times: [Double] = []
      for _ in 0..<size.items {
        let result = try pool.applyAsync(TellAndStay.self, 60)
        let worker = Int32(try queue.get().number)
        let killed = now
        try check(kill(worker, SIGKILL) == 0, "no such worker")
        do {
          try result.get(timeout: .seconds(10))
          throw Wrong(description: "a killed task succeeded")
        } catch let error as MultiprocessingError {
          try check(error.code == .workerDied, "\(error)")
        }
        times.append((now - killed) * 1e3)
        try check(pool.apply(Next.self, 1) == 2, "the pool does not serve on")
      }
      times.sort()
      return ["value": times[times.count / 2], "p99": times[times.count * 99 / 100], "most": times[times.count - 1]]
    }
  }

  /// Waits with an idle pool until somebody closes standard input; whoever does measures from outside.
  static func idle(_ size: Size) throws -> [String: Double] {
    try withWarmPool(size) { pool in
      print("{\"waiting\": \(size.workers)}", flush: true)
      while getchar() != EOF {}
      try check(pool.apply(Next.self, 1) == 2, "the pool does not serve on")
      return ["value": 0]
    }
  }
}
