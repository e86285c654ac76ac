import DequeModule
import PoolCore

/// The jobs of an engine that are not over, by their ids.
///
/// Ids count up, so the latest jobs stand in a row where finding one is a subtraction. A few old jobs among many that are
/// over would keep the row long: they move to a dictionary.
struct JobShelf {
  private var base: UInt64 = 0
  private var row: Deque<Job?> = []
  /// How many jobs stand in the row.
  private var standing = 0
  private var old: [UInt64: Job] = [:]

  /// Below this length the row costs nothing worth saving.
  private static let shortRow = 4096

  private func place(_ id: JobID) -> Int? {
    id.rawValue >= base && id.rawValue - base < UInt64(row.count) ? Int(id.rawValue - base) : nil
  }

  subscript(id: JobID) -> Job? {
    if let place = place(id) { return row[place] }
    return old.isEmpty ? nil : old[id.rawValue]
  }

  /// Adds the job with the highest id so far.
  mutating func append(_ job: Job, _ id: JobID) {
    if row.isEmpty { base = id.rawValue }
    while base + UInt64(row.count) < id.rawValue { row.append(nil) }
    row.append(job)
    standing += 1
    if row.count > Self.shortRow, row.count > 4 * standing { clear() }
  }

  mutating func remove(_ id: JobID) -> Job? {
    guard let place = place(id) else { return old.isEmpty ? nil : old.removeValue(forKey: id.rawValue) }
    guard let job = row[place] else { return nil }
    row[place] = nil
    standing -= 1
    while case .some(nil) = row.first {
      row.removeFirst()
      base += 1
    }
    return job
  }

  /// Moves the oldest jobs out of the row until half of it stands.
  private mutating func clear() {
    while row.count > 2 * standing, let first = row.popFirst() {
      if let first {
        old[base] = first
        standing -= 1
      }
      base += 1
    }
  }
}
