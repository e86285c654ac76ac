import CMultiprocessing
import DequeModule

/// Where the payloads of tasks lie that do not fit a slot: places in the sparse file, used again when their chunk has been
/// read. Used by one thread at a time.
///
/// Memory that a process touches for the first time is fetched page by page and cleared before, which takes longer than to
/// copy a payload. So the lowest place that is free is used, and the first `limit` bytes of the file's part stay the pool's:
/// they are its bound of idle memory. A payload that does not fit waits for all others, lies behind them, and is given back.
struct LargePayloads {
  private struct Place {
    var range: Range<UInt64>
    /// The position of the chunk whose payload lies here.
    var position: UInt64
  }

  /// So many bytes may wait for workers; a single payload may be larger.
  static let limit = UInt64(Layout.taskWindow)
  /// Where the part ends that is used again.
  private static let windowEnd = Layout.largeTasks + limit

  /// In the order of their positions.
  private var used: Deque<Place> = []
  /// What is free of the part that is used again: in order, and apart from one another.
  private var free = [Layout.largeTasks..<windowEnd]
  /// Up to where there is memory.
  private var prepared = Layout.largeTasks

  /// So much memory is got at least.
  private static let step: UInt64 = 1 << 16

  /// So much waits for warm memory while each worker has two chunks before it.
  private static let large: UInt64 = 1 << 18

  /// Whole lines of the processors' caches.
  private static func size(_ count: Int) -> UInt64 { (UInt64(count) + 63) & ~63 }

  /// A place for so many bytes, with memory behind it; nil while too much waits.
  mutating func reserve(_ count: Int, _ queue: TaskQueue) throws(MultiprocessingError) -> UInt64? {
    while let first = used.first, queue.isReleased(first.position) { release(used.removeFirst().range, queue) }
    let size = Self.size(count)
    if let place = try find(size, queue) { return place }
    // One that waits at the front keeps others from nothing: they are looked at where they are.
    if hasReleased(queue) {
      for place in used where queue.isReleased(place.position) { release(place.range, queue) }
      used.removeAll { queue.isReleased($0.position) }
      if let place = try find(size, queue) { return place }
    }
    return used.isEmpty && size > Self.limit ? Self.windowEnd : nil
  }

  private mutating func find(_ size: UInt64, _ queue: TaskQueue) throws(MultiprocessingError) -> UInt64? {
    guard let place = take(size) else { return nil }
    return try prepare(place, size, queue)
  }

  private mutating func take(_ size: UInt64) -> UInt64? {
    guard let index = free.firstIndex(where: { $0.count >= size }) else { return nil }
    let place = free[index].lowerBound
    if free[index].count == size {
      free.remove(at: index)
    } else {
      free[index] = place + size..<free[index].upperBound
    }
    return place
  }

  /// Gets memory for a place where there is none yet; nil where it is better to wait.
  private mutating func prepare(
    _ place: UInt64, _ size: UInt64, _ queue: TaskQueue
  ) throws(MultiprocessingError) -> UInt64? {
    guard place + size > prepared else { return place }
    // Workers have enough to do: a warm place soon is better than a cold one now.
    if size >= Self.large, used.count >= 2 * queue.segment.layout.workers {
      release(place..<place + size, queue)
      return nil
    }
    let end = min((place + size + Self.step - 1) & ~(Self.step - 1), Self.windowEnd)
    do throws(MultiprocessingError) {
      try queue.segment.file.prepare(prepared..<end)
    } catch {
      release(place..<place + size, queue)
      throw error
    }
    if let pages = queue.segment.tasks(at: prepared, Int(end - prepared)) { mp_fetch(pages.baseAddress!, pages.count) }
    prepared = end
    return place
  }

  /// Whether a place is free that `reserve` has not seen.
  func hasReleased(_ queue: TaskQueue) -> Bool { used.contains { queue.isReleased($0.position) } }

  /// The chunk at this position of the queue has its payload at this place.
  mutating func keep(_ place: UInt64, _ count: Int, position: UInt64) {
    used.append(Place(range: place..<place + Self.size(count), position: position))
  }

  /// A place that was reserved and not kept.
  mutating func giveBack(_ place: UInt64, _ count: Int, _ queue: TaskQueue) {
    release(place..<place + Self.size(count), queue)
  }

  private mutating func release(_ range: Range<UInt64>, _ queue: TaskQueue) {
    guard range.lowerBound < Self.windowEnd else { return queue.segment.file.punchHole(range) }
    var range = range
    var index = free.firstIndex { $0.lowerBound > range.lowerBound } ?? free.endIndex
    if index < free.endIndex, free[index].lowerBound == range.upperBound {
      range = range.lowerBound..<free.remove(at: index).upperBound
    }
    if index > 0, free[index - 1].upperBound == range.lowerBound {
      index -= 1
      range = free.remove(at: index).lowerBound..<range.upperBound
    }
    free.insert(range, at: index)
  }
}
