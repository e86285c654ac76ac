package import PoolCore

/// A job with one result: what an `AsyncResult` refers to.
package class ResultJob<Value: Sendable>: SettlingJob, @unchecked Sendable {
  // Sendable: as for Job. The callbacks are set before the job is shared, and dropped once, by whoever resolves it.
  private var callbacks: CallbackPair<Value>?

  init(callbacks: CallbackPair<Value>?) { self.callbacks = callbacks }

  final var hasSuccessCallback: Bool { callbacks?.success != nil }
  final var hasFailureCallback: Bool { callbacks?.failure != nil }

  /// The value made of all chunks, once they are all back.
  func assemble() throws -> Value { preconditionFailure("abstract") }

  override final func assembled() -> Kept {
    do {
      return .box(Box(try assemble()))
    } catch {
      return .failure(error)
    }
  }

  /// Keeps the value.
  final func keep(_ value: Value) { keep(.box(Box(value))) }

  override package final func runCallback(failed: Bool) {
    switch Self.outcome(settled()) {
    case .success(let value)?: callbacks?.success?(value)
    case .failure(let error)?: callbacks?.failure?(error)
    case nil: break
    }
  }

  override package func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    if callbacks != nil { callbacks = nil }
    super.resolve(resolution, error)
  }

  /// What is kept, with its type.
  private static func outcome(_ kept: Kept) -> Result<Value, any Error>? {
    switch kept {
    case .nothing: nil
    case .failure(let error): .failure(error)
    // Proof of the cast: only boxes of this job's own type are kept, by `keep` and `assembled` above.
    case .box(let box): .success(unsafeDowncast(box, to: Box<Value>.self).value)
    case .scalar(let low, let high): .success(Scalars.value(low, high))
    }
  }

  /// The outcome if it is ready.
  final var outcome: Result<Value, any Error>? {
    let outcome = ready.flatMap(Self.outcome)
    CurrentWorld.world.learns(outcome)
    return outcome
  }

  /// The value; throws the failure of the job, and an error of the caller's if it is not ready.
  final func get(orElse pending: @autoclosure () -> MultiprocessingError) throws -> Value {
    let kept = ready
    CurrentWorld.world.learns(kept.flatMap(Self.outcome))
    switch kept {
    case .scalar(let low, let high)?: return Scalars.value(low, high)
    // Proof of the cast: as in `outcome`.
    case .box(let box)?: return unsafeDowncast(box, to: Box<Value>.self).value
    case .failure(let error)?: throw error
    case .nothing?, nil: throw pending()
    }
  }
}

/// What to run before a result is ready.
final class CallbackPair<Value: Sendable>: Sendable {
  let success: (@Sendable (Value) -> Void)?
  let failure: (@Sendable (any Error) -> Void)?

  /// Nil where there is no callback at all.
  init?(_ success: (@Sendable (Value) -> Void)?, _ failure: (@Sendable (any Error) -> Void)?) {
    guard success != nil || failure != nil else { return nil }
    self.success = success
    self.failure = failure
  }
}
