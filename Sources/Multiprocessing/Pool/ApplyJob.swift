/// One call of a function in a worker process.
class ApplyJob<Function: PoolFunction>: ResultJob<Function.Output>, @unchecked Sendable {
  // Sendable: as for Job.
  /// The call, encoded, while it waits for room in the queue.
  private var bytes: [UInt8]?
  /// Why the call cannot be sent.
  private let unsendable: (any Error)?

  init(unsendable: (any Error)? = nil, callbacks: CallbackPair<Function.Output>?) {
    self.unsendable = unsendable
    super.init(callbacks: callbacks)
  }

  override package var title: String { Trace.title(of: Function.self) }

  override func adopt(_ bytes: [UInt8]) { locked { self.bytes = bytes } }

  override func encode(_ chunk: Int) throws -> [UInt8] {
    if let unsendable { throw unsendable }
    return locked {
      defer { bytes = nil }
      return bytes ?? []
    }
  }

  override func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    if let (low, high) = Scalars.bits(of: Function.Output.self, in: bytes) { return keep(.scalar(low, high)) }
    guard let output = try Function.__decode(bytes, count: 1).first else { throw Lost.error }
    keep(output)
  }

  override func assemble() throws -> Function.Output { throw Lost.error }

  override func release() { locked { bytes = nil } }
}

/// One call of a function in a worker thread.
final class RunJob<Function: PoolFunction>: ResultJob<Function.Output>, @unchecked Sendable {
  // Sendable: as for Job.
  private var input: Function.Input?

  init(_ input: Function.Input, callbacks: CallbackPair<Function.Output>?) {
    self.input = input
    super.init(callbacks: callbacks)
  }

  override package var title: String { Trace.title(of: Function.self) }

  private func take() -> Function.Input? {
    locked {
      defer { input = nil }
      return input
    }
  }

  override func run(_ chunk: Int) -> (any Error)? {
    guard let input = take() else { return nil }
    do {
      keep(try Function.call(input))
      return nil
    } catch {
      return error
    }
  }

  override func assemble() throws -> Function.Output { throw Lost.error }

  override func release() {
    // Handed out and dropped without the lock: the end of a user's object may run the user's code.
    _ = take()
  }
}

/// A closure that a worker thread calls.
final class ClosureJob<Output: Sendable>: ResultJob<Output>, @unchecked Sendable {
  // Sendable: as for Job.
  private var body: (@Sendable () throws -> Output)?

  init(_ body: @escaping @Sendable () throws -> Output, callbacks: CallbackPair<Output>?) {
    self.body = body
    super.init(callbacks: callbacks)
  }

  override func run(_ chunk: Int) -> (any Error)? {
    do {
      guard let body = locked({ body }) else { return nil }
      keep(try body())
      return nil
    } catch {
      return error
    }
  }

  override func assemble() throws -> Output { throw Lost.error }

  override func release() {
    _ = locked {
      defer { body = nil }
      return body
    }
  }
}

/// What a job says whose only chunk came back with nothing.
private enum Lost {
  static var error: MultiprocessingError {
    MultiprocessingError(.notDecodable, "A task came back without a result.")
  }
}
