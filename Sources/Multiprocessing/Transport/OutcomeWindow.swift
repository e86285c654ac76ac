import CMultiprocessing
import DequeModule

/// What the pool has heard of one worker's large outcomes, and what of it nobody reads any more.
///
/// They lie one behind the other in the worker's window. Both sides count positions that never end; the byte at a position is
/// that at the remainder by the window's size. An outcome does not reach over the window's end: it begins at the next multiple
/// then, and wherever nothing waits, for the first pages are warm. One that is larger than the window lies behind it, when
/// nothing else waits, and counts as one line. The pool keeps its numbers to itself, so that no worker can spoil them for its
/// successor.
struct OutcomeWindow {
  /// Its positions count lines of the processors' caches, as bytes.
  static let line: UInt64 = 64
  let size: UInt64
  private(set) var heard: UInt64 = 0
  private(set) var read: UInt64 = 0
  private var unread: Deque<(end: UInt64, isRead: Bool)> = []

  init(size: Int) { self.size = UInt64(size) }

  /// So many bytes in whole lines.
  static func length(_ count: UInt64) -> UInt64 { (count &+ line &- 1) & ~(line &- 1) }

  /// The position after the next outcome, which a worker puts at `offset`.
  mutating func hear(offset: UInt64, _ count: UInt64) -> UInt64 {
    if offset >= size {
      heard &+= Self.line
    } else {
      let start = heard &- heard % size
      heard = (offset >= heard % size ? start : start &+ size) &+ offset &+ Self.length(count)
    }
    unread.append((heard, false))
    return heard
  }

  /// What was heard up to this position, from the one before on, is read.
  mutating func finish(_ end: UInt64) {
    guard let index = unread.firstIndex(where: { $0.end == end && !$0.isRead }) else { return }
    unread[index].isRead = true
    while let first = unread.first, first.isRead {
      read = first.end
      unread.removeFirst()
    }
  }

  /// Where a worker puts an outcome of so many bytes, and the positions before and after it; `written`: after the one before,
  /// `read`: up to where nothing waits. Nil while there is no room for it.
  static func next(
    _ count: UInt64, size: UInt64, written: UInt64, read: UInt64
  ) -> (offset: UInt64, positions: Range<UInt64>)? {
    let isFirst = written == read
    guard count <= size else { return isFirst ? (size, written..<written &+ line) : nil }
    var start = written
    if start % size != 0, isFirst || size &- start % size < length(count) { start = start &- start % size &+ size }
    let end = start &+ length(count)
    return isFirst || end &- read <= size ? (start % size, start..<end) : nil
  }
}

/// A large outcome where its worker wrote it; the worker does not use that part again before this is gone.
///
/// A worker that has gone wrong may change the bytes at any time: whoever reads them looks at each once.
package final class MappedPayload: @unchecked Sendable {
  // Sendable: nothing changes after init, and the bytes are whatever they are.
  let bytes: UnsafeRawBufferPointer
  private let segment: Segment
  private let area: Int
  private let end: UInt64

  init(_ bytes: UnsafeRawBufferPointer, _ segment: Segment, area: Int, end: UInt64) {
    (self.bytes, self.segment, self.area, self.end) = (bytes, segment, area, end)
  }

  deinit { ResultRing(segment: segment, area: area).finishLarge(end) }

  /// The bytes as they are now.
  var copy: [UInt8] { [UInt8](bytes) }
}
