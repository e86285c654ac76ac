/// What has been found out about types, once for each.
final class KnownTypes<Entry: Sendable>: Sendable {
  private struct Table {
    var entries: [ObjectIdentifier: Entry] = [:]
    /// What was asked for last: most programs submit one function over and over.
    var last: (id: ObjectIdentifier, entry: Entry)?

    mutating func find(_ id: ObjectIdentifier) -> Entry? {
      if let last, last.id == id { return last.entry }
      guard let entry = entries[id] else { return nil }
      last = (id, entry)
      return entry
    }
  }
  private let table = Guarded(Table())

  /// What is known about a type; found out now, without the lock, if it is not known yet.
  func entry(
    of type: Any.Type, orElse make: () throws(MultiprocessingError) -> Entry
  ) throws(MultiprocessingError) -> Entry {
    let id = ObjectIdentifier(type)
    if let entry = table.with({ $0.find(id) }) { return entry }
    let entry = try make()
    table.with { $0.entries[id] = entry }
    return entry
  }

  /// In a forked child; see `Guarded.breakLock`.
  func breakLock() { table.breakLock() }
}
