/// One call of a function.
class ApplyJob<Function: PoolFunction>: ResultJob<Function.Output>, @unchecked Sendable {
  // Sendable: as for Job.
  private var input: Function.Input?
  private var output: Function.Output?

  init(_ input: Function.Input, callbacks: Callbacks?) {
    self.input = input
    super.init(callbacks: callbacks)
  }

  private func take() -> Function.Input? {
    locked {
      defer { input = nil }
      return input
    }
  }

  override func encode(_ chunk: Int) throws -> [UInt8] {
    guard let input = take() else { return [] }
    return try ChunkCall.encode(Function.self, [input])
  }

  override func run(_ chunk: Int) -> (any Error)? {
    guard let input = take() else { return nil }
    do {
      let output = try Function.call(input)
      locked { self.output = output }
      return nil
    } catch {
      return error
    }
  }

  override func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    let output = try Function.__decode(bytes, count: 1)
    locked { self.output = output.first }
  }

  override func assemble() throws -> Function.Output {
    guard let output = locked({ output }) else {
      throw MultiprocessingError(.notDecodable, "A task came back without a result.")
    }
    return output
  }

  override func release() {
    // Handed out and dropped without the lock: the end of a user's object may run the user's code.
    _ = locked {
      defer { (input, output) = (nil, nil) }
      return (input, output)
    }
  }
}

/// A closure that a worker thread calls.
final class ClosureJob<Output: Sendable>: ResultJob<Output>, @unchecked Sendable {
  // Sendable: as for Job.
  private var body: (@Sendable () throws -> Output)?
  private var output: Output?

  init(_ body: @escaping @Sendable () throws -> Output, callbacks: Callbacks?) {
    self.body = body
    super.init(callbacks: callbacks)
  }

  override func run(_ chunk: Int) -> (any Error)? {
    do {
      guard let body = locked({ body }) else { return nil }
      let output = try body()
      locked { self.output = output }
      return nil
    } catch {
      return error
    }
  }

  override func assemble() throws -> Output {
    guard let output = locked({ output }) else {
      throw MultiprocessingError(.notDecodable, "A task came back without a result.")
    }
    return output
  }

  override func release() {
    _ = locked {
      defer { (body, output) = (nil, nil) }
      return (body, output)
    }
  }
}
