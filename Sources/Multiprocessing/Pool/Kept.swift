extension SettlingJob {
  /// What a job came to, whatever the type of its result.
  enum Kept {
    case nothing
    /// The bytes of a number, of which there are at most sixteen.
    case scalar(UInt64, UInt64)
    /// A `Box` of the value.
    case box(AnyObject)
    case failure(any Error)

    /// A value, or why there is none.
    init<Value: Sendable>(of body: () throws -> Value) {
      do {
        self = .box(Box(try body()))
      } catch {
        self = .failure(error)
      }
    }

    /// A value that is there.
    static func returned<Value: Sendable>(_ value: Value) -> Kept {
      guard let number = WireCoders.find(Value.self), number.isScalar else { return .box(Box(value)) }
      let (low, high) = Scalars.bits(of: value)
      return .scalar(low, high)
    }

    var isNothing: Bool {
      if case .nothing = self { return true }
      return false
    }

    /// The same with its type: that of the job's results.
    func outcome<Value: Sendable>(as type: Value.Type) -> Result<Value, any Error>? {
      switch self {
      case .nothing: nil
      case .failure(let error): .failure(error)
      // Proof of the cast: a job is made for results of one type, keeps boxes of that type, and gives them to this type alone.
      case .box(let box): .success(unsafeDowncast(box, to: Box<Value>.self).value)
      case .scalar(let low, let high): .success(Scalars.value(low, high))
      }
    }
  }
}

/// A value behind a reference.
final class Box<Value: Sendable>: Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}

/// What to run before a result is ready.
protocol JobCallbacks: AnyObject, Sendable {
  var hasSuccess: Bool { get }
  var hasFailure: Bool { get }
  /// Runs the one that belongs to the outcome.
  func run(_ kept: SettlingJob.Kept)
}

extension SettlingJob {
  /// The callbacks of a job with results of this type; nil where there is none. Not an initializer: that would look up a class
  /// for every job, and most have no callbacks.
  static func callbacks<Value: Sendable>(
    _ success: (@Sendable (Value) -> Void)?, _ failure: (@Sendable (any Error) -> Void)?
  ) -> (any JobCallbacks)? {
    success == nil && failure == nil ? nil : CallbackPair(success, failure)
  }
}

/// The callbacks of a job with results of one type.
private final class CallbackPair<Value: Sendable>: JobCallbacks {
  private let success: (@Sendable (Value) -> Void)?
  private let failure: (@Sendable (any Error) -> Void)?

  fileprivate init(_ success: (@Sendable (Value) -> Void)?, _ failure: (@Sendable (any Error) -> Void)?) {
    self.success = success
    self.failure = failure
  }

  var hasSuccess: Bool { success != nil }
  var hasFailure: Bool { failure != nil }

  func run(_ kept: SettlingJob.Kept) {
    switch kept.outcome(as: Value.self) {
    case .success(let value)?: success?(value)
    case .failure(let error)?: failure?(error)
    case nil: break
    }
  }
}
