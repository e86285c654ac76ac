import CMultiprocessing

/// A parker on a word of memory: 0, or 1 after a wake-up that nobody has taken, or 2 while somebody sleeps.
final class FutexParker: Parker, @unchecked Sendable {
  // Sendable: the word is only touched by atomic operations.
  private let word: UnsafeMutablePointer<UInt32>

  init() {
    word = .allocate(capacity: 1)
    word.initialize(to: 0)
  }

  deinit { word.deallocate() }

  func park(until deadline: Duration?) -> Bool {
    // Often what it waits for is just being done.
    if System.look(for: { mp_cas32(word, 1, 0) != 0 }) { return true }
    let limit = System.deadline(at: deadline)
    while true {
      if mp_cas32(word, 1, 0) != 0 { return true }
      if limit >= 0, mp_now_ns() >= limit {
        // A wake-up that comes now is for the next call, unless it came just before.
        if mp_cas32(word, 2, 0) != 0 || mp_load32(word) == 0 { return false }
        continue
      }
      // Fails for one that is announced already, and for a wake-up, which the wait sees.
      _ = mp_cas32(word, 0, 2)
      _ = mp_futex_wait(word, 2, limit, 0)
    }
  }

  func unpark() {
    if mp_exchange32(word, 1) == 2 { _ = mp_futex_wake(word, 1, 0) }
  }
}
