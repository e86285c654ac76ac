import PoolCore

extension Pool {
  /// Calls a function on inputs as they are drawn; the outputs come in the order of the inputs. Python's `imap`.
  ///
  /// Returns at once. The inputs are drawn in the task handler thread, at most `lookAhead` chunks ahead of what has been
  /// taken, 1,024 if nobody says; CPython draws them without a bound, and so does a pool with its `Fidelity`. A failing item
  /// makes `next` throw at its place (with chunks: in place of its chunk), and the iteration can go on after it.
  /// - Parameters:
  ///   - function: the type whose `call` the workers run.
  ///   - inputs: what it is called on; may be endless.
  ///   - chunkSize: how many inputs go to a worker at a time; more than one pays for short calls.
  ///   - lookAhead: how many chunks may be on their way or waiting to be taken.
  /// - Throws: `poolNotRunning`; `invalidArgument` for a chunk size or a look-ahead below 1; `typeNotReachable`.
  @inlinable
  public func imap<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input> & Sendable, chunkSize: Int = 1,
    lookAhead: Int? = nil
  ) throws -> PoolIterator<Function.Output> {
    let source = InputSource(inputs)
    return try stream(function, source.draw, chunkSize, lookAhead, isOrdered: true, isPassive: source.isPassive)
  }

  /// Calls a function on inputs as they are drawn; the outputs come as they arrive. Python's `imap_unordered`.
  ///
  /// Otherwise as `imap`: it returns at once, draws with the same bound, throws the same, and goes on behind a failure.
  @inlinable
  public func imapUnordered<Function: PoolFunction>(
    _ function: Function.Type, _ inputs: some Sequence<Function.Input> & Sendable, chunkSize: Int = 1,
    lookAhead: Int? = nil
  ) throws -> PoolIterator<Function.Output> {
    let source = InputSource(inputs)
    return try stream(function, source.draw, chunkSize, lookAhead, isOrdered: false, isPassive: source.isPassive)
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
    try stream(function, { try Self.draw($0, next) }, chunkSize, lookAhead, isOrdered: true, isPassive: false)
  }

  /// Calls a function on inputs whose drawing may fail; the outputs come as they arrive. Otherwise, also in what it throws, as `imap`.
  public func imapUnordered<Function: PoolFunction>(
    _ function: Function.Type, drawing next: @escaping @Sendable () throws -> Function.Input?, chunkSize: Int = 1,
    lookAhead: Int? = nil
  ) throws -> PoolIterator<Function.Output> {
    try stream(function, { try Self.draw($0, next) }, chunkSize, lookAhead, isOrdered: false, isPassive: false)
  }

  private static func draw<Input>(_ count: Int, _ next: () throws -> Input?) rethrows -> [Input] {
    var items: [Input] = []
    while items.count < count, let item = try next() { items.append(item) }
    return items
  }

  /// - Parameters:
  ///   - draw: draws so many inputs, fewer at their end.
  ///   - isPassive: whether drawing runs no code of the user's, and takes no time.
  @usableFromInline
  func stream<Function: PoolFunction>(
    _ function: Function.Type, _ draw: @escaping @Sendable (Int) throws -> [Function.Input], _ chunkSize: Int,
    _ lookAhead: Int?, isOrdered: Bool, isPassive: Bool
  ) throws -> PoolIterator<Function.Output> {
    try engine.checkRunning()
    try Self.check(chunkSize: chunkSize)
    if let lookAhead, lookAhead < 1 {
      throw MultiprocessingError(.invalidArgument, "lookAhead must be 1+, not \(lookAhead)")
    }
    let name = engine.transport.needsEncoding ? try TypeName.wire(of: function) : nil
    let job = StreamJob(
      name: Trace.title(of: function), isOrdered: isOrdered,
      isPassive: isPassive && WireCoders.find(Function.Input.self) != nil, output: Function.Output.self,
      draw: {
        let inputs = try draw(chunkSize)
        guard !inputs.isEmpty else { return nil }
        if let name {
          return .toSend(inputs.count, Result { try ChunkCall.outgoing(function, name, inputs, 0..<inputs.count) })
        }
        return .toRun(inputs.count) {
          let outputs = try Function.__map(inputs[...])
          return (Box(outputs), outputs.count)
        }
      },
      decode: { Box(try Function.__decode($0, count: $1)) })
    let lookAhead = lookAhead ?? engine.rules.lookAhead ?? .max
    let id = try engine.submit(
      job, JobSpec(kind: isOrdered ? .ordered : .unordered, chunks: nil, lookAhead: lookAhead), keeping: self)
    return PoolIterator(job, id, engine, lookAhead: lookAhead)
  }
}

/// The inputs of an imap: their iterator is made and used by the task handler alone.
///
/// Inlined, so that the caller's compiler, which knows the sequence, makes the loop.
@usableFromInline
final class InputSource<Inputs: Sequence & Sendable>: @unchecked Sendable {
  // Sendable: made in one thread before the job is submitted, used in the task handler only.
  @usableFromInline let inputs: Inputs
  @usableFromInline var iterator: Inputs.Iterator?

  @inlinable
  init(_ inputs: Inputs) { self.inputs = inputs }

  /// Whether drawing runs no code of the user's, and takes no time.
  @usableFromInline var isPassive: Bool { Inputs.self is any PassiveInputs.Type }

  /// Draws so many inputs, fewer at their end.
  @inlinable
  func draw(_ count: Int) -> [Inputs.Element] {
    var iterator = self.iterator ?? inputs.makeIterator()
    // Given away while it is used: an iterator with a second reference might copy what it holds.
    self.iterator = nil
    var items: [Inputs.Element] = []
    while items.count < count, let item = iterator.next() { items.append(item) }
    self.iterator = iterator
    return items
  }
}

/// Sequences that run no code of the user's when an element is drawn, and never wait for one.
private protocol PassiveInputs {}
extension Array: PassiveInputs {}
extension ArraySlice: PassiveInputs {}
extension ContiguousArray: PassiveInputs {}
extension Range: PassiveInputs where Bound == Int {}
extension ClosedRange: PassiveInputs where Bound == Int {}
extension StrideTo: PassiveInputs where Element == Int {}
extension StrideThrough: PassiveInputs where Element == Int {}
