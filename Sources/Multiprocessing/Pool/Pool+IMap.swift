import PoolCore

extension Pool {
  /// Calls a function on inputs as they are drawn; the outputs come in the order of the inputs. Python's `imap`.
  ///
  /// Returns at once. The inputs are drawn in the task handler thread, at most `lookAhead` chunks ahead of what has been
  /// taken, 1,024 if nobody says; CPython draws them without a bound, and so does a pool with its `Fidelity`. A failing item makes `next` throw at its place (with chunks: in place of its
  /// chunk), and the iteration can go on after it.
  /// - Parameters:
  ///   - function: the type whose `call` the workers run.
  ///   - inputs: what it is called on; may be endless.
  ///   - chunkSize: how many inputs go to a worker at a time; more than one pays for short calls.
  ///   - lookAhead: how many chunks may be on their way or waiting to be taken.
  /// - Throws: `poolNotRunning`; `invalidArgument` for a chunk size or a look-ahead below 1; `typeNotReachable`.
  public func imap<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input> & Sendable, chunkSize: Int = 1,
    lookAhead: Int? = nil
  ) throws -> PoolIterator<Function.Output> {
    try stream(function, inputs, chunkSize, lookAhead, isOrdered: true)
  }

  /// Calls a function on inputs as they are drawn; the outputs come as they arrive. Python's `imap_unordered`.
  ///
  /// Otherwise as `imap`: it returns at once, draws with the same bound, throws the same, and goes on behind a failure.
  public func imapUnordered<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input> & Sendable, chunkSize: Int = 1,
    lookAhead: Int? = nil
  ) throws -> PoolIterator<Function.Output> {
    try stream(function, inputs, chunkSize, lookAhead, isOrdered: false)
  }

  /// Calls a function on inputs whose drawing may fail; otherwise as `imap`.
  ///
  /// The error of the inputs is thrown as it is, behind the outputs of the inputs before it, and ends the iteration.
  /// - Parameters:
  ///   - function: the type whose `call` the workers run.
  ///   - next: draws one input, nil at the end; called in the task handler thread only.
  ///   - chunkSize: how many inputs go to a worker at a time.
  ///   - lookAhead: how many chunks may be on their way or waiting to be taken.
  public func imap<Function: PoolFunction>(
    _ function: Function.Type, drawing next: @escaping @Sendable () throws -> Function.Input?, chunkSize: Int = 1,
    lookAhead: Int? = nil
  ) throws -> PoolIterator<Function.Output> {
    try stream(function, next, chunkSize, lookAhead, isOrdered: true)
  }

  /// Calls a function on inputs whose drawing may fail; the outputs come as they arrive. Otherwise, also in what it throws, as `imap`.
  public func imapUnordered<Function: PoolFunction>(
    _ function: Function.Type, drawing next: @escaping @Sendable () throws -> Function.Input?, chunkSize: Int = 1,
    lookAhead: Int? = nil
  ) throws -> PoolIterator<Function.Output> {
    try stream(function, next, chunkSize, lookAhead, isOrdered: false)
  }

  private func stream<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input> & Sendable, _ chunkSize: Int, _ lookAhead: Int?,
    isOrdered: Bool
  ) throws -> PoolIterator<Function.Output> {
    let source = InputSource { inputs.makeIterator() }
    return try stream(function, { source.next() }, chunkSize, lookAhead, isOrdered: isOrdered)
  }

  private func stream<Function: PoolFunction>(
    _ function: Function.Type, _ next: @escaping @Sendable () throws -> Function.Input?, _ chunkSize: Int,
    _ lookAhead: Int?, isOrdered: Bool
  ) throws -> PoolIterator<Function.Output> {
    try engine.checkRunning()
    try Self.check(chunkSize: chunkSize)
    if let lookAhead, lookAhead < 1 {
      throw MultiprocessingError(.invalidArgument, "lookAhead must be 1+, not \(lookAhead)")
    }
    if engine.transport.needsEncoding { _ = try TypeName.of(function) }
    let job = StreamJob<Function.Output>(
      name: Trace.title(of: function), isOrdered: isOrdered,
      draw: {
        var items: [Function.Input] = []
        while items.count < chunkSize, let item = try next() { items.append(item) }
        guard !items.isEmpty else { return nil }
        let chunk = items
        return StreamJob<Function.Output>.Work(
          count: chunk.count, encode: { try ChunkCall.encode(function, chunk, 0..<chunk.count) },
          run: { try chunk.map { try Function.call($0) } })
      },
      decode: { try Function.__decode($0, count: $1) })
    job.pool = self
    let id = try engine.submit(job, JobSpec(kind: isOrdered ? .ordered : .unordered, chunks: nil, lookAhead: lookAhead ?? engine.rules.lookAhead ?? .max))
    return PoolIterator(job, id, engine)
  }
}

/// The inputs of an imap: their iterator is made and used by the task handler alone.
private final class InputSource<Base: IteratorProtocol>: @unchecked Sendable {
  // Sendable: made in one thread before the job is submitted, used in the task handler only.
  private let make: @Sendable () -> Base
  private var iterator: Base?

  init(_ make: @escaping @Sendable () -> Base) { self.make = make }

  func next() -> Base.Element? {
    if iterator == nil { iterator = make() }
    return iterator?.next()
  }
}
