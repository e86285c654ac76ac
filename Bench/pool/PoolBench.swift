import Glibc
import Multiprocessing

/// Measures one case once and prints one line of JSON: `pool-bench CASE [ITEMS [WORKERS [BYTES]]]`.
///
/// Each run is a process of its own. The cases have the names that `Bench/python/peer.py` has for the same work.
@main struct PoolBench {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst()
    let numbers = arguments.dropFirst().map { Int($0) ?? 0 }
    guard let name = arguments.first, let measure = cases[name], numbers.allSatisfy({ $0 > 0 }), numbers.count <= 3 else {
      print("usage: pool-bench CASE [ITEMS [WORKERS [BYTES]]], and CASE is one of \(cases.keys.sorted().joined(separator: ", "))")
      exit(2)
    }
    let size = Size(
      items: numbers.first ?? 20_000, workers: numbers.dropFirst().first ?? 2, bytes: numbers.dropFirst(2).first ?? 1 << 20)
    do {
      let members = try measure(size)
      let text = members.map { "\"\($0.key)\": \($0.value)" }.sorted().joined(separator: ", ")
      print("{\"case\": \"\(name)\", \"items\": \(size.items), \(text)}", flush: true)
    } catch {
      print("\(name): \(error)", flush: true)
      exit(1)
    }
  }

  /// How much a run is to do.
  struct Size {
    var items: Int
    var workers: Int
    var bytes: Int
  }

  /// What came out: `value`, and what else the case has to say.
  typealias Measure = @Sendable (Size) throws -> [String: Double]

  static let cases: [String: Measure] = [
    "apply_async": applyAsync, "apply_p50": { try apply($0, spin: .zero) },
    "apply_spin_p50": { try apply($0, spin: .microseconds(200)) },
    "map": map, "map_chunk1": mapChunk1, "imap_chunk1": imapChunk1, "imap_unordered_64": imapUnordered,
    "payload": payload, "strings_64": strings, "simple_queue": simpleQueue, "queue_encoded": encodedQueue,
    "start_fork": { try start($0, .fork) }, "start_spawn": { try start($0, .spawn) }, "start_200mb": startBesideMemory,
    "pending": pending, "death": death, "idle": idle,
    "loop_number": { try loop($0, Next.self, 1) },
    "loop_text": { try loop($0, EchoText.self, String(repeating: "x", count: 64)) },
    "loop_struct": { try loop($0, EchoPoint.self, Point(x: 1, y: 2, name: "here")) },
    "loop_queue": queueLoop, "thread_apply_async": threadApplyAsync, "thread_map": threadMap,
  ]

  // MARK: Measuring

  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = now
    try body()
    return now - start
  }

  /// A wrong result ends the run: what is fast and wrong has no speed.
  static func check(_ isRight: Bool, _ what: @autoclosure () -> String) throws {
    if !isRight { throw Wrong(description: what()) }
  }

  struct Wrong: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs `body` with a pool whose workers have all worked.
  static func withWarmPool(
    _ size: Size, spin: Duration = .zero, _ body: (Pool) throws -> [String: Double]
  ) throws -> [String: Double] {
    let pool = try Pool(processes: size.workers, context: Context(.fork), spin: spin)
    defer { pool.terminate() }
    _ = try pool.map(Next.self, 0..<4 * size.workers, chunkSize: 1)
    for _ in 0..<20 { _ = try pool.apply(Next.self, 1) }
    return try body(pool)
  }
}
