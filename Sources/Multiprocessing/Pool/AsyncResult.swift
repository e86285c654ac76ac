/// The result of a submitted job, there or still to come; Python's `AsyncResult`.
///
/// A value that refers to the job: copies are the same result. It keeps its pool alive while it is pending.
public struct AsyncResult<Value: Sendable>: Sendable {
  let job: SettlingJob

  /// - Parameter job: one whose results are of this type.
  init(_ job: SettlingJob) { self.job = job }

  /// The outcome if it is ready.
  private var outcome: Result<Value, any Error>? {
    let outcome = job.ready.flatMap { $0.outcome(as: Value.self) }
    CurrentWorld.world.learns(outcome)
    return outcome
  }

  /// The value; blocks until it is there. Python's `get()`.
  ///
  /// May be asked again, from any thread. A thread that waits here takes the result in itself.
  /// - Parameter timeout: how long to wait; nil for ever, zero or less not at all. A time-out cancels nothing.
  /// - Throws: `timeout`; the failure of the job, the same one each time; `wouldDeadlock` instead of waiting for ever where the
  ///   result needs threads of this process that wait themselves: a thread pool whose every thread waits for tasks queued behind
  ///   it, a callback that waits for its own pool. The message says who waits for whom. CPython waits for ever.
  @available(*, noasync, message: "This blocks the thread; await value instead.")
  public func get(timeout: Duration? = nil) throws -> Value {
    // What is there already needs no look at the world, but where that is a simulation.
    let kept = try CurrentWorld.isReal ? job.ready ?? waited(timeout) : waited(timeout)
    CurrentWorld.world.learns(kept.flatMap { $0.outcome(as: Value.self) })
    // The common cases here, without a `Result` of a type that would have to be looked up.
    switch kept {
    case .scalar(let low, let high)?: return Scalars.value(low, high)
    // Proof of the cast: as in `Kept.outcome`.
    case .box(let box)?: return unsafeDowncast(box, to: Box<Value>.self).value
    case .failure(let error)?: throw error
    case .nothing?, nil:
      throw MultiprocessingError(.timeout, "The result is not ready within \(timeout ?? .zero).")
    }
  }

  private func waited(_ timeout: Duration?) throws -> SettlingJob.Kept? { try job.wait(timeout) ? job.ready : nil }

  /// Looks for the result until it is ready, at most for so long, and lets others run in between. Under simulation there is
  /// nothing to gain by it, and no time that passes meanwhile.
  func look(for limit: Duration) {
    guard CurrentWorld.isReal else { return }
    System.look(until: System.deadline(after: limit)) { job.isOver }
  }

  /// Blocks until the result is ready, at most for the time-out; Python's `wait()`.
  ///
  /// Returns nothing either way and never throws, also where the job failed. Where it would wait for ever, as `get` says, it
  /// returns at once.
  @available(*, noasync, message: "This blocks the thread; await value instead.")
  public func wait(timeout: Duration? = nil) { _ = try? job.wait(timeout) }

  /// Whether the job is over, well or not; Python's `ready()`.
  public var isReady: Bool { outcome != nil }

  /// Whether the job ended with a value; Python's `successful()`.
  ///
  /// - Throws: `notReady` while the job runs.
  public func successful() throws -> Bool {
    guard let outcome = outcome else {
      throw MultiprocessingError(.notReady, "\(AsyncResult.self) not ready")
    }
    if case .success = outcome { return true }
    return false
  }

  /// The value; suspends until it is there, and blocks no thread. Throws what `get` throws but time-outs.
  ///
  /// As with the value of a Swift `Task`, cancelling the task that awaits it ends neither the wait nor the job: many may wait
  /// for one result. `cancellableValue()` ends both.
  public var value: Value {
    get async throws {
      await withCheckedContinuation { continuation in
        if !job.add(.task(continuation)) { continuation.resume() }
      }
      guard let outcome = outcome else {
        throw MultiprocessingError(.notReady, "\(AsyncResult.self) not ready")
      }
      return try outcome.get()
    }
  }
}
