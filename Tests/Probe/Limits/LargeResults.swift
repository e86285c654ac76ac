import Glibc
import Multiprocessing

extension Limit {
  /// One result that is larger than most machines' memory for a process.
  static let largeResult = Limit("a-result-of-three-gibibytes", tested: []) { place, size in
    let bytes = size == .full ? 3 << 30 : 64 << 20
    let needed = 6 * bytes
    let available = SystemState.kilobytes("MemAvailable", in: "/proc/meminfo") << 10
    guard available > needed else {
      return "not run: \(available >> 20) MiB are available, and \(needed >> 20) are needed"
    }
    return try place.withPool(1) { pool in
      let taken = try timed("The result", within: .seconds(300)) {
        let result = try pool.apply(MakeBytes(count: bytes))
        try expectEqual(result.count, bytes, "The size")
        for index in stride(from: 0, to: bytes, by: 4093) where result[index] != MakeBytes.byte(index) {
          throw Failure("The byte \(index) is \(result[index])")
        }
      }
      let worker = try pool.apply(PeakMemory())
      // The memory in between is given back.
      try expectEqual(pool.apply(Square.self, 3), 9, "A task afterwards")
      return "\(bytes >> 20) MiB, right, in \(taken.inMilliseconds); at the peak the parent had \(PeakMemory().run() >> 10) MiB, "
        + "the worker \(worker >> 10) MiB"
    }
  }

  /// A result, or a task, for which there is no room: on its way, in the worker, or in the program.
  static let noRoomForResults = Limit("no-room-for-a-result", in: Place.processes) { place, size in
    let bytes = size == .full ? 512 << 20 : 64 << 20
    signal(SIGXFSZ, SIG_IGN)
    defer { signal(SIGXFSZ, SIG_DFL) }
    return try place.withPool(1) { pool in
      let first = try pool.apply(PeakMemory.Process())
      // The memory of the pool may not grow: the task fails, its worker goes on.
      try pool.apply(LimitResource(.fileSize, 1 << 20))
      let way = try expectError(.taskFailed) { try pool.applyAsync(MakeBytes(count: 1 << 20)).get(timeout: .seconds(60)) }
      try pool.apply(LimitResource(.fileSize, nil))
      try expect(way.message.contains("(errno 27)"), "The sentence is \(way.message)")
      try expectEqual(pool.apply(MakeBytes(count: 1 << 20)).count, 1 << 20, "A large result afterwards")
      try expectEqual(pool.apply(PeakMemory.Process()), first, "The worker")

      // The same on the way there.
      try LimitResource(.fileSize, 1 << 20).run()
      let there = try expectError(.system) {
        try pool.applyAsync(Length.self, [UInt8](repeating: 1, count: 1 << 20)).get(timeout: .seconds(60))
      }
      try LimitResource(.fileSize, nil).run()
      try expect(there.message.contains("(errno 27)"), "The sentence is \(there.message)")

      // The program has no memory for it: the task fails.
      try LimitResource(.memory, SystemState.kilobytes("VmSize", in: "/proc/self/status") << 10 + bytes / 2).run()
      let result = try pool.applyAsync(MakeBytes(count: bytes))
      let here = try expectError(.system) { try result.get(timeout: .seconds(120)) }
      try LimitResource(.memory, nil).run()
      try expect(here.message.contains("(errno 12)"), "The sentence is \(here.message)")
      try expectEqual(pool.apply(PeakMemory.Process()), first, "The worker")

      // The worker has no memory for it: it ends, as any program does then, and is replaced.
      let dead = try expectError(.workerDied) {
        try pool.applyAsync(MakeBytes(count: bytes, isLimited: true)).get(timeout: .seconds(120))
      }
      try expect(pool.apply(PeakMemory.Process()) != first, "The worker lives without memory")
      return "no room on the way: «\(way.message)», the worker stays; for a task: «\(there.message)»; in the program: "
        + "«\(here.message)»; in the worker: «\(dead.message)», replaced"
    }
  }
}

/// Makes many bytes.
struct MakeBytes: PoolTask {
  var count: Int
  /// Whether its process may not have that much.
  var isLimited = false

  func run() throws -> [UInt8] {
    if isLimited {
      // The runtime's last words are not what this is about.
      close(2)
      Sanitizer.reportToStandardError()
      try LimitResource(.memory, SystemState.kilobytes("VmSize", in: "/proc/self/status") << 10 + count / 2).run()
    }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count { buffer[index] = Self.byte(index) }
      initialized = count
    }
  }

  static func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 31 &+ index >> 12) }
}

/// The most memory that its process ever had, in kilobytes.
struct PeakMemory: PoolTask {
  func run() -> Int { SystemState.kilobytes("VmHWM", in: "/proc/self/status") }

  struct Process: PoolTask {
    func run() -> Int32 { getpid() }
  }
}

/// Sets what its process may use; nil for as much as it may.
struct LimitResource: PoolTask {
  enum Resource: String, Codable, Sendable { case fileSize, memory, descriptors, processes }
  var resource: Resource
  var value: Int?

  init(_ resource: Resource, _ value: Int?) {
    self.resource = resource
    self.value = value
  }

  func run() throws {
    if resource == .fileSize { signal(SIGXFSZ, SIG_IGN) }
    let number: __rlimit_resource_t =
      switch resource {
      case .fileSize: .init(RLIMIT_FSIZE.rawValue)
      case .memory: .init(RLIMIT_AS.rawValue)
      case .descriptors: .init(RLIMIT_NOFILE.rawValue)
      // RLIMIT_NPROC, which Swift does not see.
      case .processes: .init(6)
      }
    var limit = rlimit()
    getrlimit(number, &limit)
    limit.rlim_cur = value.map { rlim_t($0) } ?? limit.rlim_max
    try expect(setrlimit(number, &limit) == 0, "The limit of \(resource) cannot be set")
  }
}

extension SystemState {
  /// A number of kilobytes under a name in a file of /proc.
  static func kilobytes(_ name: String, in path: String) -> Int {
    for line in (contents(of: path) ?? "").split(separator: "\n") where line.hasPrefix(name + ":") {
      return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { Int($0) }.first ?? 0
    }
    return 0
  }
}
