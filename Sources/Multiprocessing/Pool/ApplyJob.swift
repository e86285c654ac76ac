/// One call of a function in a worker process.
class ApplyJob: SettlingJob, @unchecked Sendable {
  // Sendable: as for Job.
  /// Proof: what has been found out about a function is never forgotten. Not counted, for it is every task's.
  unowned(unsafe) private let kind: CallKind
  /// The call, encoded, while it waits for room in the queue.
  private var bytes: OutgoingBytes?
  /// Why the call cannot be sent.
  private let unsendable: (any Error)?

  init(_ kind: CallKind, unsendable: (any Error)? = nil, callbacks: (any JobCallbacks)?) {
    self.kind = kind
    self.unsendable = unsendable
    super.init(callbacks: callbacks)
  }

  override package final var title: String { kind.title }

  /// It is encoded already.
  override var runsNoUserCodeBeforeSending: Bool { true }

  override func adopt(_ bytes: OutgoingBytes) { locked { self.bytes = bytes } }

  override func encode(_ chunk: Int) throws -> OutgoingBytes {
    if let unsendable { throw unsendable }
    return locked {
      defer { bytes = nil }
      return bytes ?? OutgoingBytes([])
    }
  }

  override package final func store(_ chunk: Int, _ bytes: [UInt8]) throws { keep(try kind.kept(bytes)) }
  override package final func store(_ chunk: Int, _ few: FewBytes) throws { keep(try kind.kept(few)) }

  override func release() -> Any? {
    if bytes != nil { bytes = nil }
    return nil
  }
}

/// One call of a function or a closure in a worker thread.
final class ThreadJob: SettlingJob, @unchecked Sendable {
  // Sendable: as for Job.
  private var body: (() throws -> Kept)?
  private let function: Any.Type?

  /// - Parameters:
  ///   - body: the call, with its input; run once, and dropped when it was, or when the job is over.
  ///   - function: by what a timeline names it.
  init(_ function: Any.Type? = nil, callbacks: (any JobCallbacks)?, _ body: @escaping () throws -> Kept) {
    self.function = function
    self.body = body
    super.init(callbacks: callbacks)
  }

  /// Nothing is encoded.
  override var runsNoUserCodeBeforeSending: Bool { true }

  override package var title: String { function.map { Trace.title(of: $0) } ?? super.title }

  private func take() -> (() throws -> Kept)? {
    locked {
      guard let body else { return nil }
      self.body = nil
      return body
    }
  }

  override func run(_ chunk: Int) -> (any Error)? {
    guard let body = take() else { return nil }
    do {
      keep(try body())
      return nil
    } catch {
      return error
    }
  }

  override func release() -> Any? {
    guard let body else { return nil }
    self.body = nil
    return body
  }
}
