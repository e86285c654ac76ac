import Synchronization

/// Whether a variable of the whole process has been made yet.
///
/// Such variables are made when they are first used. A forked child has to forget what its parent kept in them, and would make,
/// for that, what nobody ever used: each takes a while, for its types are looked up at run time.
struct Made: ~Copyable, Sendable {
  private let flag = Atomic<Bool>(false)

  var isTrue: Bool { flag.load(ordering: .relaxed) }

  /// What `make` makes, noted.
  func by<Value>(_ make: () -> Value) -> Value {
    flag.store(true, ordering: .relaxed)
    return make()
  }
}
