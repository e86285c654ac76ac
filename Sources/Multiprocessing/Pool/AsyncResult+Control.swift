import PoolCore

extension AsyncResult {
  /// Gives up the job; CPython's pools have no such thing, `Future.cancel` of `concurrent.futures` is the nearest.
  ///
  /// Afterwards the result is ready and throws `cancelled`, or, of a map, the failure of an item that came before; no callback
  /// runs. Whatever no worker has begun never runs. A worker process that runs some of the job is ended as if it were killed,
  /// half a second later by force, and is replaced; tasks of other jobs are not touched. A thread cannot be ended: in a
  /// `ThreadPool` a job is cancelled only while there is something of it that no thread has taken, and what runs comes to its
  /// end in vain.
  ///
  /// Never blocks; may be called from any thread, also from a callback.
  /// - Returns: whether this call cancelled it; false if the job is over, runs its callback, or (in threads) is all taken.
  @discardableResult
  public func cancel() -> Bool {
    guard let engine = job.engine, let id = job.id else { return false }
    return engine.cancel(id)
  }

  /// The value; suspends until it is there. Cancelling the Swift task that awaits it cancels the job, as `cancel()` does.
  ///
  /// - Throws: `cancelled` then, at once; where the job cannot be cancelled any more, its outcome when that is there.
  public func cancellableValue() async throws -> Value {
    try await withTaskCancellationHandler {
      try await value
    } onCancel: {
      cancel()
    }
  }

  /// How far the job is. Never blocks, and may be asked at any time; a single call is `0/1` or `1/1`.
  ///
  /// Of a job that was given up it tells how far that had come.
  public var progress: PoolProgress {
    let progress = job.progress(job.engine?.returned(of: job))
    CurrentWorld.world.learns(progress)
    return progress
  }

  /// How far the job is, from now on: a value now, one whenever a chunk comes back, and the end of the sequence with the end
  /// of the job.
  ///
  /// Who takes them slowly misses some, never the last. Cheaper than asking again and again, and blocks no thread.
  public var progressUpdates: AsyncStream<PoolProgress> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
      let observer = SettlingJob.Observer(
        advanced: { continuation.yield($0) },
        ended: { [weak job] in
          if let job { continuation.yield(job.progress(nil)) }
          continuation.finish()
        })
      guard job.add(observer), let engine = job.engine, let id = job.id else {
        continuation.yield(progress)
        return continuation.finish()
      }
      engine.handle(.progressWanted(id))
      continuation.yield(progress)
    }
  }
}

extension PoolIterator {
  /// Gives up what is left of the iteration: behind the outputs that have come by now, every step throws `cancelled`.
  ///
  /// As `AsyncResult.cancel`, with the same rules for what runs.
  /// - Returns: whether there was something left to give up.
  @discardableResult
  public func cancel() -> Bool { engine.cancel(id) }
}
