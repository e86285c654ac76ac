import CMultiprocessing
import Glibc

/// The memory that a pool shares with its workers, mapped.
final class Segment: @unchecked Sendable {
  // Sendable: shared words are only touched by atomic operations; plain bytes by whoever a word says owns them.
  let layout: Layout
  let file: Descriptor
  let base: UnsafeMutableRawPointer

  /// Makes the memory of a new pool.
  init(workers: Int) throws(MultiprocessingError) {
    layout = Layout(workers: workers)
    file = try Descriptor.memoryFile("multiprocessing-pool")
    guard ftruncate(file.number, off_t(layout.mappedSize)) == 0 else {
      throw System.failure(mp_errno(), "Making \(layout.mappedSize) bytes of shared memory")
    }
    base = try Self.map(file, layout.mappedSize)
    for position in 0..<UInt64(Layout.slotCount) {
      mp_store64(base + layout.slot(position) + Layout.slotState, SlotState(.free, position).word)
    }
  }

  /// Maps the memory of the pool that this process works for.
  init(file: Descriptor, workers: Int) throws(MultiprocessingError) {
    layout = Layout(workers: workers)
    self.file = file
    guard try file.size() >= layout.mappedSize else {
      throw MultiprocessingError(.system, "The shared memory of the pool is too small.")
    }
    base = try Self.map(file, layout.mappedSize)
  }

  deinit { munmap(base, layout.mappedSize) }

  /// Maps the first part of a file, shared with every process that does.
  static func map(_ file: Descriptor, _ size: Int) throws(MultiprocessingError) -> UnsafeMutableRawPointer {
    guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, 0), base != MAP_FAILED else {
      throw System.failure(mp_errno(), "Mapping \(size) bytes of shared memory")
    }
    return base
  }

  func area(_ index: Int) -> UnsafeMutableRawPointer { base + layout.area(index) }

  /// Makes a worker's area as new.
  func reset(_ index: Int) { memset(area(index), 0, Layout.ring) }

  /// Wakes the result handler if it sleeps, or is about to.
  func wakeCollector() {
    // Only the sleeper clears its flag: a waker that cleared it after a stale look would lose a wake-up.
    mp_fence()
    guard mp_load32(base + Layout.collectorSleeps) != 0 else { return }
    _ = mp_add32(base + Layout.resultSignal, 1)
    _ = mp_futex_wake(base + Layout.resultSignal, 1, 1)
  }

  /// Wakes up to `count` workers that wait for a chunk.
  func wakeWorkers(_ count: Int32) {
    mp_fence()
    guard mp_load32(base + Layout.sleepers) != 0 else { return }
    _ = mp_add32(base + Layout.taskSignal, 1)
    _ = mp_futex_wake(base + Layout.taskSignal, count, 1)
  }
}
