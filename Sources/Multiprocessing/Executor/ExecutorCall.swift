import PoolCore

/// One submitted call, as its executor sees it.
protocol ExecutorCall: AnyObject, Sendable {
  /// The call goes to the workers now; false if it was cancelled.
  func begin() -> Bool
  /// Hands it to the pool.
  func submit(to core: ExecutorCore) throws
  func cancel()
  func fail(_ error: any Error)
}

/// A call of one function.
final class FunctionCall<Function: PoolFunction>: ExecutorCall {
  let future = Future<Function.Output>()
  private let input: Function.Input

  init(_ input: Function.Input) { self.input = input }

  func begin() -> Bool { future.begin() }
  func cancel() { future.cancel() }
  func fail(_ error: any Error) { future.finish(.failure(error)) }

  func submit(to core: ExecutorCore) throws {
    let bytes: [UInt8]
    do {
      bytes = try ChunkCall.encode(Function.self, TypeName.wire(of: Function.self), input)
    } catch {
      // Left to the task handler, which makes the error the job's.
      return _ = try core.pool.submit(FutureJob<Function>(future, self, core, unsendable: error), chunks: 1)
    }
    _ = try core.pool.submit(FutureJob<Function>(future, self, core), chunks: 1, bytes: bytes)
  }
}

/// A job that tells its outcome, however it ends.
private final class FutureJob<Function: PoolFunction>: ApplyJob<Function>, @unchecked Sendable {
  // Sendable: as for Job.
  private let future: Future<Function.Output>
  private let call: any ExecutorCall
  private let core: ExecutorCore

  init(
    _ future: Future<Function.Output>, _ call: any ExecutorCall, _ core: ExecutorCore, unsendable: (any Error)? = nil
  ) {
    self.future = future
    self.call = call
    self.core = core
    super.init(unsendable: unsendable, callbacks: nil)
  }

  override func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    super.resolve(resolution, error)
    guard let outcome else { return }
    core.heard(outcome, of: call) { future.finish(outcome) }
  }
}
