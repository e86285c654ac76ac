/// The jobs of several chunks that are not over, in the order of their ids.
///
/// A pool has few of them at a time, and asks for one several times for every chunk that comes back: so they stand in a row
/// where the oldest and the latest are looked at first, and nothing is hashed or copied.
struct BulkJobs: Hashable, Sendable {
  private struct Entry: Hashable, Sendable {
    var id: JobID
    var bulk: JobTable.Bulk
  }
  /// In front of `start` are jobs that are over: taking the oldest away moves nobody.
  private var entries: [Entry] = []
  private var start = 0

  static func == (a: BulkJobs, b: BulkJobs) -> Bool { a.entries[a.start...] == b.entries[b.start...] }
  func hash(into hasher: inout Hasher) { hasher.combine(entries[start...]) }

  /// Adds the job with the highest id so far.
  mutating func append(_ bulk: JobTable.Bulk, _ id: JobID) { entries.append(Entry(id: id, bulk: bulk)) }

  @inline(__always) private func place(_ id: JobID) -> Int? {
    guard start < entries.count, id >= entries[start].id else { return nil }
    return id == entries[start].id ? start : search(id)
  }

  private func search(_ id: JobID) -> Int? {
    var range = start..<entries.count
    if entries[range.upperBound - 1].id == id { return range.upperBound - 1 }
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      if entries[middle].id == id { return middle }
      range = entries[middle].id < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  @inline(__always) func look<R>(_ id: JobID, _ body: (borrowing JobTable.Bulk) -> R) -> R? {
    guard let place = place(id) else { return nil }
    return body(entries[place].bulk)
  }

  @inline(__always) mutating func update<R>(_ id: JobID, _ body: (inout JobTable.Bulk) -> R) -> R? {
    guard let place = place(id) else { return nil }
    return body(&entries[place].bulk)
  }

  mutating func forEach(_ body: (inout JobTable.Bulk) -> Void) {
    for place in start..<entries.count { body(&entries[place].bulk) }
  }

  mutating func remove(_ id: JobID) {
    guard let place = place(id) else { return }
    guard place == start else {
      entries.remove(at: place)
      return
    }
    entries[place].bulk.returned = ChunkSet()
    start += 1
    if start == entries.count || start >= 64 && start * 2 >= entries.count {
      entries.removeFirst(start)
      start = 0
    }
  }
}
