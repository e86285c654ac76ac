import CMultiprocessing
import PoolCore

/// What a worker runs now, in a word that the worker and the pool both change: so that a worker which is ended because of
/// one chunk is never ended in another.
///
/// The worker writes job + 1 when it takes a chunk, adds `returning` when it is about to answer, and writes 0 afterwards. The
/// pool may add `condemned` before that: then the worker may be ended, and does not answer if it is not.
extension ResultRing {
  private static let condemned: UInt64 = 1 << 63
  private static let returning: UInt64 = 1 << 62
  private static let marks = condemned | returning

  private var word: UnsafeMutableRawPointer { base + Layout.heldJob }

  func chunk(_ word: UInt64) -> Chunk? {
    let job = word & ~Self.marks
    guard job != 0 else { return nil }
    return Chunk(job: JobID(job - 1), index: Int(truncatingIfNeeded: mp_load64(base + Layout.heldChunk)))
  }

  // MARK: The worker's side

  /// The worker holds this chunk from now on.
  func hold(_ chunk: Chunk) {
    mp_store64(base + Layout.heldSince, UInt64(bitPattern: mp_now_ns()))
    mp_store64(base + Layout.heldChunk, UInt64(bitPattern: Int64(chunk.index)))
    mp_store64(word, (chunk.job.rawValue &+ 1) & ~Self.marks)
  }

  /// Whether the worker may return its chunk; false: the pool has given it up.
  func beginReturn(_ chunk: Chunk) -> Bool {
    let held = (chunk.job.rawValue &+ 1) & ~Self.marks
    return mp_cas64(word, held, held | Self.returning) != 0
  }

  /// The worker holds nothing any more: its outcome is in the ring, or its chunk was withdrawn.
  func clearHeld() { mp_store64(word, 0) }

  // MARK: The pool's side

  /// Whether the pool has given up what the worker holds.
  var isCondemned: Bool { mp_load64(word) & Self.condemned != 0 }

  /// Since when the worker holds what it holds.
  var heldSince: Duration? {
    held == nil ? nil : Duration(clock: Int64(bitPattern: mp_load64(base + Layout.heldSince)))
  }

  /// Gives up the chunk that the worker holds, if it is meant and the worker has not begun to return it; which one.
  func condemn(where isMeant: (Chunk, Duration) -> Bool) -> Chunk? {
    let held = mp_load64(word)
    guard held & Self.marks == 0, let chunk = chunk(held), let since = heldSince, isMeant(chunk, since),
      mp_cas64(word, held, held | Self.condemned) != 0
    else { return nil }
    // It may have come to another chunk of that job in between.
    if let now = self.chunk(held), let since = heldSince, isMeant(now, since) { return now }
    if mp_cas64(word, held | Self.condemned, held) != 0 { return nil }
    return self.chunk(held)
  }
}
