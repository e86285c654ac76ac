/// One call of a function.
class ApplyJob<Function: PoolFunction>: ResultJob<Function.Output>, @unchecked Sendable {
  // Sendable: as for Job.
  private var input: Function.Input?

  init(_ input: Function.Input, callbacks: Callbacks?) {
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

  override func encode(_ chunk: Int) throws -> [UInt8] {
    guard let input = take() else { return [] }
    return try ChunkCall.encode(Function.self, TypeName.wire(of: Function.self), input)
  }

  override func run(_ chunk: Int) -> (any Error)? {
    guard let input = take() else { return nil }
    do {
      keep(.success(try Function.call(input)))
      return nil
    } catch {
      return error
    }
  }

  override func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    guard let output = try Function.__decode(bytes, count: 1).first else { throw Self.lost }
    keep(.success(output))
  }

  override func assemble() throws -> Function.Output { throw Self.lost }

  private static var lost: MultiprocessingError {
    MultiprocessingError(.notDecodable, "A task came back without a result.")
  }

  override func release() {
    // Handed out and dropped without the lock: the end of a user's object may run the user's code.
    _ = take()
  }
}

/// A closure that a worker thread calls.
final class ClosureJob<Output: Sendable>: ResultJob<Output>, @unchecked Sendable {
  // Sendable: as for Job.
  private var body: (@Sendable () throws -> Output)?

  init(_ body: @escaping @Sendable () throws -> Output, callbacks: Callbacks?) {
    self.body = body
    super.init(callbacks: callbacks)
  }

  override func run(_ chunk: Int) -> (any Error)? {
    do {
      guard let body = locked({ body }) else { return nil }
      keep(.success(try body()))
      return nil
    } catch {
      return error
    }
  }

  override func assemble() throws -> Output {
    throw MultiprocessingError(.notDecodable, "A task came back without a result.")
  }

  override func release() {
    _ = locked {
      defer { body = nil }
      return body
    }
  }
}
