import Multiprocessing
import PoolCore
import Simulation

/// A small program that is drawn at random: a pool, some jobs, an end.
struct RandomProgram: CustomStringConvertible, Sendable {
  enum Job: String, CaseIterable, Sendable { case apply, applyAsync, asked, map, imapUnordered, callback, failing }
  enum End: String, CaseIterable, Sendable { case join, terminate, leave }

  var isThreaded: Bool
  var workers: Int
  var hasInitializer: Bool
  var jobs: [Job]
  var end: End

  struct Hello: Initializer {
    func run() { print("hello", flush: true) }
  }
  enum Work: PoolFunction {
    struct Odd: Error {}
    static func call(_ number: Int) throws -> Int {
      print("task \(number)", flush: true)
      if number < 0 { throw Odd() }
      return number
    }
  }
  enum Quiet: PoolFunction {
    static func call(_ number: Int) -> Int { number * 10 }
  }

  init(seed: Int) {
    var state = UInt64(truncatingIfNeeded: seed &* 0x9E37_79B9)
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    isThreaded = draw(3) == 0
    workers = isThreaded ? 1 : 1 + draw(2)
    hasInitializer = draw(2) == 0
    jobs = (0..<(1 + draw(isThreaded ? 1 : 2))).map { _ in Job.allCases[draw(Job.allCases.count)] }
    end = End.allCases[draw(3)]
  }

  var description: String {
    "\(workers) \(isThreaded ? "threads" : "processes")\(hasInitializer ? " with initializer" : ""): "
      + jobs.map(\.rawValue).joined(separator: ", ") + ", \(end)"
  }

  var program: Program { Program(description) { [self] in try main() } }

  private func main() throws {
    let initializer: Hello? = hasInitializer ? Hello() : nil
    if isThreaded {
      try withThreadPool(processes: workers, initializer: initializer) { try use($0) }
    } else {
      try withPool(processes: workers, initializer: initializer) { try use($0) }
    }
  }

  private func use(_ pool: Pool) throws {
    var asked: [AsyncResult<Int>] = []
    for (index, job) in jobs.enumerated() {
      switch job {
      case .apply: print("got \(try pool.apply(Work.self, index))", flush: true)
      case .applyAsync: try pool.applyAsync(Work.self, index)
      case .asked: asked.append(try pool.applyAsync(Quiet.self, index))
      case .map: print("got \(try pool.map(Quiet.self, [1, 2], chunkSize: 1))", flush: true)
      case .imapUnordered:
        let results = try pool.imapUnordered(Quiet.self, [1, 2])
        while let value = try results.next() { print("next \(value)", flush: true) }
      case .callback:
        try pool.applyAsync(Quiet.self, index, callback: { print("callback \($0)", flush: true) })
      case .failing:
        do {
          _ = try pool.apply(Work.self, -1)
        } catch {
          print("failed", flush: true)
        }
      }
    }
    switch end {
    case .join:
      pool.close()
      try pool.join()
    case .terminate: pool.terminate()
    case .leave: break
    }
    // A result may have been there before the end, or not.
    guard end != .leave else { return }
    for result in asked {
      do {
        print("asked \(try result.get())", flush: true)
      } catch {
        print("not done", flush: true)
      }
    }
  }
}
