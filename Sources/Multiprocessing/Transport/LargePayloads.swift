/// Where the payloads of tasks lie that do not fit a slot: places in the sparse file, used again when their chunk has been
/// read. Used by one thread at a time.
struct LargePayloads {
  private struct Place {
    var range: Range<UInt64>
    /// The position of the chunk whose payload lies here.
    var position: UInt64
  }

  /// So many bytes may wait for workers; a single payload may be larger.
  static let limit: UInt64 = 64 << 20
  private static let page: UInt64 = 4096

  private var used: [Place] = []
  private var free: [Range<UInt64>] = []
  private var end = Layout.largeTasks

  /// A place for so many bytes; nil while too much waits.
  mutating func reserve(_ count: Int, _ queue: TaskQueue) -> UInt64? {
    reclaim(queue)
    let size = (UInt64(count) + Self.page - 1) / Self.page * Self.page
    let waiting = used.reduce(0) { $0 + UInt64($1.range.count) }
    guard waiting == 0 || waiting + size <= Self.limit else { return nil }
    if let index = free.firstIndex(where: { $0.count >= Int(size) }) {
      let range = free.remove(at: index)
      if UInt64(range.count) > size { free.append(range.lowerBound + size..<range.upperBound) }
      return range.lowerBound
    }
    if used.isEmpty {
      // Nothing waits: start again at the beginning instead of growing for ever.
      for range in free { queue.segment.file.punchHole(range) }
      free = []
      end = Layout.largeTasks
    }
    defer { end += size }
    return end
  }

  /// The chunk at this position of the queue has its payload at this place.
  mutating func keep(_ place: UInt64, _ count: Int, position: UInt64) {
    let size = (UInt64(count) + Self.page - 1) / Self.page * Self.page
    used.append(Place(range: place..<place + size, position: position))
  }

  /// A place that was reserved and not kept.
  mutating func giveBack(_ place: UInt64, _ count: Int) {
    let size = (UInt64(count) + Self.page - 1) / Self.page * Self.page
    free.append(place..<place + size)
  }

  private mutating func reclaim(_ queue: TaskQueue) {
    guard used.contains(where: { queue.isReleased($0.position) }) else { return }
    free += used.filter { queue.isReleased($0.position) }.map(\.range)
    used.removeAll { queue.isReleased($0.position) }
    // Idle memory is bounded: what is free beyond the limit goes back to the system.
    while free.reduce(0, { $0 + UInt64($1.count) }) > Self.limit { queue.segment.file.punchHole(free.removeLast()) }
  }
}
