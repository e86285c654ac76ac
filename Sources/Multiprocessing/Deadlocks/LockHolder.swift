import CMultiprocessing
import Glibc

/// Which thread of this process holds a lock, as far as this process can know: what the wait graph follows.
package final class LockHolder: @unchecked Sendable {
  // Sendable: the words are only touched by atomic operations.
  private let words: UnsafeMutablePointer<UInt64>
  private enum Word: Int { case thread, isSure, isShared }

  init() {
    words = .allocate(capacity: 3)
    words.initialize(repeating: 0, count: 3)
  }

  deinit { words.deallocate() }

  /// Whether another process may take and free the lock.
  var isShared: Bool { mp_load64(words + Word.isShared.rawValue) != 0 }

  /// Another process may take and free the lock from now on.
  func share() { mp_store64(words + Word.isShared.rawValue, 1) }

  /// The calling thread took the lock. `isSure`: nobody else will free it.
  func take(isSure: Bool) {
    mp_store64(words + Word.isSure.rawValue, isSure ? 1 : 0)
    mp_store64(words, UInt64(mp_thread_token()))
  }

  /// The lock is about to be freed.
  func leave() { mp_store64(words, 0) }

  /// The holder, where only it can free the lock.
  var needs: [WaitGraph.Need] {
    let thread = mp_load64(words)
    guard thread != 0, mp_load64(words + Word.isSure.rawValue) != 0 || isAlone(thread) else { return [] }
    return [WaitGraph.Need(threads: [UInt(thread)], reason: UInt(thread) == mp_thread_token() ? "which it holds itself" : "which the next holds")]
  }

  /// Whether the calling thread holds the lock, and there is no other thread that could free it; one that watches other
  /// processes runs no code of a user.
  private func isAlone(_ thread: UInt64) -> Bool {
    guard thread == UInt64(mp_thread_token()), !isShared else { return false }
    guard let directory = opendir("/proc/self/task") else { return false }
    defer { closedir(directory) }
    var count = 0
    while let entry = readdir(directory) {
      if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count == 1 + Int(mp_watcher_count()) + Int(mp_sanitizer_thread_count())
  }
}

extension CountingCore {
  /// Takes a lock. Where the wait would never end, `refuse` is told before, and may throw; otherwise the wait begins all the same.
  func acquire(
    blocking: Bool, until deadline: Duration?, _ kind: String, isSure: Bool, refuse: (MultiprocessingError) throws -> Void
  ) rethrows -> Bool {
    guard let holder = words.holder else { return acquire(blocking: blocking, until: deadline) }
    var isTaken = acquire(blocking: false, until: nil)
    if !isTaken, blocking {
      let isForEver = deadline == nil
      let refusal = isForEver ? WaitGraph.begin(.lock(holder, kind)) : nil
      if let refusal { try refuse(refusal) }
      // Before the holder is named: a thread does not wait for what it holds.
      defer { if isForEver, refusal == nil { WaitGraph.end() } }
      isTaken = isForEver ? try SharedWaits.acquire(self, kind, refuse: refuse) : acquire(blocking: true, until: deadline)
    }
    if isTaken { holder.take(isSure: isSure) }
    return isTaken
  }

  /// Tells on standard error, where a wait cannot be refused.
  static func complain(_ error: MultiprocessingError) {
    System.complain("deadlock: \(error.message)")
  }
}
