/// How far a job has come: how many of its inputs are done, well or not, and how many there are.
///
/// Inputs are counted when their chunk comes back: a map in chunks of ten goes forward by tens. CPython has no such thing.
public struct PoolProgress: Hashable, Sendable, CustomStringConvertible {
  /// How many inputs are done.
  public var completed: Int

  /// How many inputs there are.
  public var total: Int

  package init(completed: Int, total: Int) {
    self.completed = completed
    self.total = total
  }

  /// What is done as a part of one; one where there is nothing to do.
  public var fraction: Double { total == 0 ? 1 : Double(completed) / Double(total) }

  /// `3/10`.
  public var description: String { "\(completed)/\(total)" }
}
