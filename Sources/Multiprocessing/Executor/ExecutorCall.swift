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
    let kind = try CallKind.of(Function.self)
    // Of what cannot be encoded the task handler makes the job's error.
    let bytes = Result { try ChunkCall.outgoing(Function.self, kind.name, input) }
    let job =
      switch bytes {
      case .success: FutureJob(kind, future, self, core)
      case .failure(let error): FutureJob(kind, future, self, core, unsendable: error)
      }
    let _: AsyncResult<Function.Output> = try core.pool.submit(job, chunks: 1, bytes: try? bytes.get())
  }
}

/// A job that tells its outcome, however it ends.
private final class FutureJob<Output: Sendable>: ApplyJob, @unchecked Sendable {
  // Sendable: as for Job.
  private let future: Future<Output>
  private let call: any ExecutorCall
  private let core: ExecutorCore

  init(
    _ kind: CallKind, _ future: Future<Output>, _ call: any ExecutorCall, _ core: ExecutorCore,
    unsendable: (any Error)? = nil
  ) {
    self.future = future
    self.call = call
    self.core = core
    super.init(kind, unsendable: unsendable, callbacks: nil)
  }

  override func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    super.resolve(resolution, error)
    guard let outcome = ready?.outcome(as: Output.self) else { return }
    core.heard(outcome, of: call) { future.finish(outcome) }
  }
}
