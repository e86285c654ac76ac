import CMultiprocessing
import Glibc

/// The memory that a pool shares with its workers, mapped.
final class Segment: @unchecked Sendable {
  // Sendable: shared words are only touched by atomic operations; plain bytes by whoever a word says owns them.
  let layout: Layout
  let file: Descriptor
  let base: UnsafeMutableRawPointer
  /// The turn of sleeping for which each worker was woken last; in the pool only, for the thread that puts a chunk.
  private let woken: UnsafeMutablePointer<UInt32>?
  /// Whose turn it is to be looked at first; as `woken`.
  private var cursor = 0
  /// What the pool has heard of each worker's large outcomes.
  let outcomes: Guarded<[OutcomeWindow]>
  /// Each is used by one thread at a time; see Segment+Windows.
  var windows: Windows

  /// Makes the memory of a new pool.
  init(workers: Int) throws(MultiprocessingError) {
    layout = Layout(workers: workers)
    windows = Windows(outcomes: Array(repeating: .unknown, count: workers))
    outcomes = Guarded(Array(repeating: OutcomeWindow(size: layout.outcomeWindow), count: workers))
    file = try Descriptor.sharedMemory("multiprocessing-pool", layout.mappedSize)
    base = try file.map(layout.mappedSize)
    let woken = UnsafeMutablePointer<UInt32>.allocate(capacity: workers)
    woken.initialize(repeating: 0, count: workers)
    self.woken = woken
  }

  /// Maps the memory of the pool that this process works for.
  init(file: Descriptor, workers: Int) throws(MultiprocessingError) {
    layout = Layout(workers: workers)
    windows = Windows(outcomes: Array(repeating: .unknown, count: workers))
    outcomes = Guarded(Array(repeating: OutcomeWindow(size: layout.outcomeWindow), count: workers))
    self.file = file
    guard try file.size() >= layout.mappedSize else {
      throw MultiprocessingError(.system, "The shared memory of the pool is too small.")
    }
    base = try file.map(layout.mappedSize)
    woken = nil
  }

  deinit {
    munmap(base, layout.mappedSize)
    unmapWindows()
    woken?.deallocate()
  }

  func area(_ index: Int) -> UnsafeMutableRawPointer { base + layout.area(index) }

  /// Makes a worker's area as new, but for the turns of sleeping: they go on, so that a turn means one sleep of one worker.
  /// And but for what of its outcomes somebody still reads: the next worker writes behind that.
  func reset(_ index: Int) {
    let area = area(index)
    let turn = mp_load32(area + Layout.sleeps)
    memset(area, 0, Layout.ring)
    mp_store32(area + Layout.sleeps, (turn | 1) &+ 1)
    outcomes.with { outcomes in
      mp_store64(area + Layout.largeRead, outcomes[index].read)
      mp_store64(area + Layout.largeWritten, outcomes[index].heard)
    }
  }

  /// For how many nanoseconds whoever waits looks again before it sleeps, at the pool's wish.
  var spin: Int64 {
    get { Int64(bitPattern: mp_load64(base + Layout.spin)) }
    set { mp_store64(base + Layout.spin, UInt64(bitPattern: newValue)) }
  }

  /// Looks a few times, for longer where the pool wishes it, and lets others run in between; whether it was true.
  func look(until isTrue: () -> Bool) -> Bool {
    let spin = min(spin, Self.longestSpin)
    return System.look(until: spin > 0 ? mp_now_ns() + spin : 0, for: isTrue)
  }

  /// Nobody looks for longer, in nanoseconds, whatever stands in the memory: that would keep a processor from others for
  /// nothing.
  static let longestSpin: Int64 = 100_000_000

  /// Wakes the result handler if it sleeps, or is about to.
  func wakeCollector() {
    // Only the sleeper ends its turn: a waker that cleared a flag after a stale look would lose a wake-up.
    mp_fence()
    let turn = mp_load32(base + Layout.collectorSleeps)
    guard turn & 1 != 0, mp_load32(base + Layout.collectorWoken) != turn else { return }
    _ = mp_add32(base + Layout.resultSignal, 1)
    _ = mp_futex_wake(base + Layout.resultSignal, 1, 1)
    // Noted when it is done: whoever reads this may rely on it, wherever this process stops.
    mp_store32(base + Layout.collectorWoken, turn)
  }

  /// Wakes one worker that waits for a chunk and has not been woken for that; by the thread that puts.
  func wakeWorker() {
    mp_fence()
    guard mp_load32(base + Layout.sleepers) != 0, let woken else { return }
    for _ in 0..<layout.workers {
      let index = cursor
      cursor = index + 1 == layout.workers ? 0 : index + 1
      let turn = mp_load32(area(index) + Layout.sleeps)
      guard turn & 1 != 0, woken[index] != turn else { continue }
      woken[index] = turn
      signal(worker: index)
      return
    }
  }

  /// Wakes every worker, whether it waits or not.
  func wakeAllWorkers() {
    for index in 0..<layout.workers { signal(worker: index) }
  }

  private func signal(worker index: Int) {
    _ = mp_add32(area(index) + Layout.taskSignal, 1)
    _ = mp_futex_wake(area(index) + Layout.taskSignal, 1, 1)
  }
}
