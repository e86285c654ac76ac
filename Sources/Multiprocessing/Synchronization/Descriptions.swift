// What shared objects say of themselves: CPython's words, without addresses. Reading takes no lock; another process may change
// the state at any moment.

extension Event: CustomStringConvertible {
  /// `<Event set>` or `<Event unset>`.
  public var description: String { "<Event \(isSet ? "set" : "unset")>" }
}

extension CountingSemaphore: CustomStringConvertible {
  /// `<Semaphore(value=2)>`, or `<BoundedSemaphore(value=1, maxvalue=2)>`.
  public var description: String {
    self is BoundedSemaphore
      ? "<BoundedSemaphore(value=\(value), maxvalue=\(words.load(Self.maximum)))>" : "<Semaphore(value=\(value))>"
  }
}

extension Barrier: CustomStringConvertible {
  /// `<Barrier waiters=0/2>`, or `<Barrier broken>`.
  public var description: String { isBroken ? "<Barrier broken>" : "<Barrier waiters=\(waiting)/\(parties)>" }
}
