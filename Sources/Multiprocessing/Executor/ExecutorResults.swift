import DequeModule

/// The outputs of an executor's `map`, in the order of the inputs; what Python's `map` returns as an iterator.
///
/// One consumer at a time. One that is dropped cancels what has not begun.
public final class ExecutorResults<Output: Sendable>: Sendable {
  private struct State {
    var futures: Deque<Future<[Output]>>
    var outputs: Deque<Output> = []
  }
  private let state: Guarded<State>
  private let deadline: Duration?

  init(_ futures: [Future<[Output]>], _ deadline: Duration?) {
    state = Guarded(State(futures: Deque(futures)))
    self.deadline = deadline
  }

  deinit { cancelRest() }

  private func cancelRest() {
    let futures = state.with { state in
      defer { state.futures = [] }
      return state.futures
    }
    for future in futures { future.cancel() }
  }

  /// The next output, or the chunk that has to be waited for; neither at the end.
  private func step() -> (output: Output?, future: Future<[Output]>?) {
    state.with { state in
      if let output = state.outputs.popFirst() { return (output, nil) }
      return (nil, state.futures.first)
    }
  }

  private func take(_ outputs: [Output]) {
    state.with { state in
      state.futures.removeFirst()
      state.outputs.append(contentsOf: outputs)
    }
  }

  /// The next output; nil after the last. Blocks until it is there.
  ///
  /// - Throws: `timeout`, or the failure of the next chunk; either ends the iteration and cancels what has not begun.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func next() throws -> Output? {
    while true {
      let (output, future) = step()
      guard let future else { return output }
      do {
        take(try future.result(timeout: deadline.map { $0 - CurrentWorld.world.now }))
      } catch {
        cancelRest()
        throw error
      }
    }
  }

  /// The next output; nil after the last. Suspends until it is there, without the time-out.
  public func next() async throws -> Output? {
    while true {
      let (output, future) = step()
      guard let future else { return output }
      do {
        take(try await future.value)
      } catch {
        cancelRest()
        throw error
      }
    }
  }

  /// The remaining outputs as a list; blocks until the last one is there, and throws what `next` throws.
  @available(*, noasync, message: "This blocks the thread; use the async twin.")
  public func collect() throws -> [Output] {
    var outputs: [Output] = []
    while let output = try next() { outputs.append(output) }
    return outputs
  }

  /// The remaining outputs as a list; suspends until the last one is there.
  public func collect() async throws -> [Output] {
    var outputs: [Output] = []
    while let output = try await next() { outputs.append(output) }
    return outputs
  }
}

/// Several calls of a function as one.
enum Batch<Function: PoolFunction>: PoolFunction, OwnEncoding {
  static func call(_ inputs: [Function.Input]) throws -> [Function.Output] { try inputs.map(Function.call) }

  static func __encode(_ outputs: [[Function.Output]]) throws -> [UInt8] {
    try Wire.encode(outputs.map { Part(count: $0.count, bytes: try Function.__encode($0)) })
  }

  static func __decode(_ bytes: [UInt8], count: Int) throws -> [[Function.Output]] {
    try Payload.decode(bytes, count: count).map { (part: Part) in try Function.__decode(part.bytes, count: part.count) }
  }

  private struct Part: Codable {
    var count: Int
    var bytes: [UInt8]
  }
}
