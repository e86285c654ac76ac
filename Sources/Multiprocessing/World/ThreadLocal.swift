/// A variable with one value in each thread; Python's `threading.local()`, as a variable with a type.
///
/// Declare it as a `static let` or a global `let`. Each thread starts with the initial value, also the only thread of a new
/// process, whatever its start method. A pool's initializer runs in the thread that runs the tasks, so what it sets here is
/// seen by that worker's tasks and by no other worker, with processes and with threads alike. A value goes with its thread.
public final class ThreadLocal<Value: Sendable>: Sendable {
  private let initial: Value
  /// An address could be another variable's later.
  private let number: UInt64

  /// A variable that starts with this value in each thread.
  public init(_ initial: Value) {
    self.initial = initial
    number = ThreadLocalNumbers.next()
  }

  /// The calling thread's value; takes no lock that another thread could hold for long.
  public var value: Value {
    get { ThreadIdentity.current.locals.with { $0[number] } as? Value ?? initial }
    set {
      // The old value is dropped without the lock: its end may run the program's code.
      _ = ThreadIdentity.current.locals.with { $0.updateValue(newValue, forKey: number) }
    }
  }
}

private enum ThreadLocalNumbers {
  private static let last = Guarded<UInt64>(0)

  static func next() -> UInt64 {
    last.with { last in
      last += 1
      return last
    }
  }
}
