/// The pools at work in this process, by number.
///
/// A job knows its pool by this and has no reference to it, counted or weak: every task would change one word that all
/// threads of the pool read.
enum PoolEngines {
  private struct Entry: Sendable {
    weak var engine: PoolEngine?
  }
  private static let table = Guarded((next: UInt64(1), engines: [UInt64: Entry]()))

  /// A number for one more; 0 is nobody's.
  static func nextNumber() -> UInt64 {
    table.with { table in
      defer { table.next += 1 }
      return table.next
    }
  }

  static func add(_ engine: PoolEngine) { table.with { $0.engines[engine.number] = Entry(engine: engine) } }

  static func remove(_ number: UInt64) { table.with { _ = $0.engines.removeValue(forKey: number) } }

  static func find(_ number: UInt64) -> PoolEngine? { table.with { $0.engines[number]?.engine } }

  /// In a forked child; see `Guarded.breakLock`.
  static func breakLock() { table.breakLock() }
}
