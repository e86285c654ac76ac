import CMultiprocessing

/// A parker on a word of memory.
final class FutexParker: Parker, @unchecked Sendable {
  // Sendable: the word is only touched by atomic operations.
  private let word: UnsafeMutablePointer<UInt32>

  init() {
    word = .allocate(capacity: 1)
    word.initialize(to: 0)
  }

  deinit { word.deallocate() }

  func park(until deadline: Duration?) -> Bool {
    let limit = deadline.map { Int64($0 / .nanoseconds(1)) } ?? -1
    while true {
      if mp_cas32(word, 1, 0) != 0 { return true }
      if limit >= 0, mp_now_ns() >= limit { return false }
      _ = mp_futex_wait(word, 0, limit, 0)
    }
  }

  func unpark() {
    // Only the change from 0 can have a sleeper.
    if mp_exchange32(word, 1) == 0 { _ = mp_futex_wake(word, 1, 0) }
  }
}
