import Glibc
import Multiprocessing

/// Mistakes made on purpose: programs by which `scripts/sanitize` sees that a sanitizer watches at all, in the main process and
/// in a worker. Without one they say nothing.
extension Cases {
  static let planted: [Case] = [
    Case("planted-race", in: [.thread, .spawn]) { place in
      try place.withPool(1) { pool in _ = try pool.apply(PlantedRace()) }
    },

    Case("planted-use-after-free", in: Place.allCases) { place in
      try place.withPool(1) { pool in _ = try pool.apply(PlantedUseAfterFree()) }
    },

    Case("planted-loss", in: [.thread]) { place in
      try place.withPool(1) { pool in _ = try pool.apply(PlantedLoss()) }
    },
  ]
}

/// Two threads count with one variable, and no lock.
struct PlantedRace: PoolTask {
  func run() throws -> Int {
    // nonisolated(unsafe): the mistake that is to be found.
    nonisolated(unsafe) let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    count.initialize(to: 0)
    defer { count.deallocate() }
    let pool = try ThreadPool(processes: 2)
    // Both are at it at the same time, many times: one after the other would be no race.
    let barrier = try Barrier(2)
    let results = try (0..<2).map { _ in
      try pool.applyAsync {
        for _ in 0..<100 {
          _ = try barrier.wait()
          count.pointee += 1
        }
      }
    }
    for result in results { try result.get() }
    pool.close()
    try pool.join()
    return count.pointee
  }
}

/// A variable is read after its memory was given back.
struct PlantedUseAfterFree: PoolTask {
  func run() -> Int {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    count.initialize(to: 1)
    count.deallocate()
    return count.pointee
  }
}

/// Memory that nobody knows any more, and which the thread that had it takes along.
struct PlantedLoss: PoolTask {
  func run() -> Int {
    // The system's own allocation: the compiler leaves out what it sees through.
    (1...10).count { _ in realpath("/", nil) != nil }
  }
}
