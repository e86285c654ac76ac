import PoolCore

/// The outputs of `imap` or `imapUnordered`, one after the other; Python's `IMapIterator`.
///
/// One consumer at a time. Iterating with `for try await` suspends; `next(timeout:)` blocks. It outlives `close`, and after
/// `terminate` throws `terminated` (CPython's blocks for ever).
///
/// An iterator that goes before its end gives up nothing: what is left of the inputs is drawn and done as ever, as with CPython,
/// and the outputs go as they come. `cancel()` gives up the rest.
public final class PoolIterator<Output: Sendable>: Sendable, AsyncSequence {
  let job: StreamJob
  let id: JobID
  let engine: PoolEngine
  /// How many chunks are taken before the engine is told, unless nothing is left to take.
  let reportSize: Int

  /// - Parameter job: one whose outputs are of this type.
  init(_ job: StreamJob, _ id: JobID, _ engine: PoolEngine, lookAhead: Int) {
    reportSize = Swift.max(1, Swift.min(engine.world.batchLimit, lookAhead / 8))
    self.job = job
    self.id = id
    self.engine = engine
  }

  deinit {
    // Or the inputs would wait for ever for somebody to take the outputs of those before, and `join` with them.
    if job.leave() { engine.handle(.consumerLeft(id)) }
  }

  /// The next output; nil after the last. Blocks until it is there. Python's `next(timeout)`, with its StopIteration as nil.
  ///
  /// - Parameter timeout: how long to wait; nil for ever, zero not at all.
  /// - Throws: `timeout`, after which iterating can go on; the failure of the item whose turn it is.
  @available(*, noasync, message: "This blocks the thread; iterate with for try await.")
  public func next(timeout: Duration? = nil) throws -> Output? {
    let deadline = sharedDeadline(timeout)
    while true {
      if let step = try take() { return step.output }
      guard !wait(until: deadline) else { continue }
      if let step = try take() { return step.output }
      throw MultiprocessingError(.timeout, "The next result did not arrive within \(timeout ?? .zero).")
    }
  }

  /// Blocks until there is something to take, or until the deadline: then false.
  func wait(until deadline: Duration?) -> Bool {
    let world = CurrentWorld.world
    let parker = world.makeParker()
    parker.serve(.output(of: id.rawValue))
    guard job.add(.thread(parker)) else { return true }
    if Trace.wait("wait for the next \(job.title)", world, { parker.park(until: deadline) }) { return true }
    job.remove(parker)
    return false
  }

  /// One step of the iteration: an output, or nil at the end; no step where nothing is there yet.
  struct Taken { var output: Output? }

  private func take() throws -> Taken? {
    let (step, due) = job.step(reportSize: reportSize)
    defer { if due > 0 { engine.handle(.consumed(id, chunks: due)) } }
    let taken: Taken?
    switch step {
    case .number(let low, let high):
      // Of the output's own type: an optional of it may be larger.
      let output: Output = Scalars.value(low, high)
      taken = Taken(output: output)
    case .element(let box, let index): taken = Taken(output: Self.list(box)[index])
    case .finished: taken = Taken(output: nil)
    case .nothingYet: taken = nil
    case .failure(let error):
      CurrentWorld.world.learns(error)
      throw error
    }
    CurrentWorld.world.learns(taken)
    return taken
  }

  /// Proof of the cast: the job keeps lists of this iterator's outputs only.
  static func list(_ box: AnyObject) -> [Output] { unsafeDowncast(box, to: Box<[Output]>.self).value }

  /// An iterator over the remaining outputs; all iterators of one `PoolIterator` share its place.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: self) }

  /// Iterates without blocking a thread.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let base: PoolIterator

    /// The next output; nil after the last.
    public mutating func next() async throws -> Output? { try await base.nextAsync() }
  }

  private func nextAsync() async throws -> Output? {
    while true {
      if let step = try take() { return step.output }
      await withCheckedContinuation { continuation in
        if !job.add(.task(continuation)) { continuation.resume() }
      }
    }
  }
}
