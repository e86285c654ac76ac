/// Why an operation of this library failed: a code to branch on, a full sentence to read, and the cause.
public struct MultiprocessingError: Error, Sendable, CustomStringConvertible {
  /// The kind of a failure.
  ///
  /// New kinds may come with a new version: a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The kind's name, as written here.
    public let description: String

    private init(_ description: String) { self.description = description }

    /// An argument has no meaning; Python's ValueError or TypeError.
    public static let invalidArgument = Code("invalidArgument")
    /// The pool is closed, terminated or broken and takes no job; `cause` says why it is broken. Python's ValueError.
    public static let poolNotRunning = Code("poolNotRunning")
    /// The pool was joined before it was closed or terminated. Python's ValueError.
    public static let poolStillRunning = Code("poolStillRunning")
    /// The time given to a wait is over; the work goes on. Python's `multiprocessing.TimeoutError`.
    public static let timeout = Code("timeout")
    /// The result is not there yet. Python's ValueError, since 3.7.
    public static let notReady = Code("notReady")
    /// The task threw in its worker process; `remote` says what and where.
    public static let taskFailed = Code("taskFailed")
    /// The worker died while it ran the task; `remote` says which and how. CPython waits for ever instead.
    public static let workerDied = Code("workerDied")
    /// An initializer threw: the pool takes no more jobs. CPython starts workers for ever instead.
    public static let initializerFailed = Code("initializerFailed")
    /// A worker could not be started.
    public static let workerCouldNotStart = Code("workerCouldNotStart")
    /// A worker of an executor ended abruptly or could not begin: the executor takes no more calls. Python's
    /// BrokenProcessPool.
    public static let brokenProcessPool = Code("brokenProcessPool")
    /// The pool was terminated before the job was done. CPython's result is never ready instead.
    public static let terminated = Code("terminated")
    /// The job was cancelled.
    public static let cancelled = Code("cancelled")
    /// The deadline of the job passed.
    public static let deadlinePassed = Code("deadlinePassed")
    /// A value could not be encoded for another process. Python's PicklingError, or MaybeEncodingError for a result.
    public static let notEncodable = Code("notEncodable")
    /// Bytes from another process could not be decoded.
    public static let notDecodable = Code("notDecodable")
    /// A type cannot be named in another process: it is private, or local to a function. Python's PicklingError.
    public static let typeNotReachable = Code("typeNotReachable")
    /// The start method was set before. Python's RuntimeError.
    public static let contextAlreadySet = Code("contextAlreadySet")
    /// An object was sent in a way in which it cannot travel. Python's RuntimeError.
    public static let sharingNotAllowed = Code("sharingNotAllowed")
    /// The queue is closed, or nobody is left to write to it.
    public static let queueClosed = Code("queueClosed")
    /// The queue is empty, now or until the time-out. Python's `queue.Empty`.
    public static let queueEmpty = Code("queueEmpty")
    /// The queue has no place, now or until the time-out. Python's `queue.Full`.
    public static let queueFull = Code("queueFull")
    /// The object is in a state in which the call has no meaning. Python's AssertionError or ValueError.
    public static let wrongState = Code("wrongState")
    /// The call would wait for the thread that makes it, for ever in CPython.
    public static let wouldDeadlock = Code("wouldDeadlock")
    /// A call of the system failed; the message names the call and the reason. Python's OSError.
    public static let system = Code("system")
  }

  /// The kind of the failure.
  public var code: Code

  /// What happened, as a full sentence; CPython's wording where it has one.
  public var message: String

  /// The error that led to this one; for a failed task, the task's own error where it is `Codable`.
  public var cause: (any Error)?

  /// For a failure in another process: where and what.
  public var remote: RemoteFailure?

  package init(_ code: Code, _ message: String, cause: (any Error)? = nil, remote: RemoteFailure? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
    self.remote = remote
  }

  /// The message.
  public var description: String { message }
}

/// What is known of a failure in a worker process.
public struct RemoteFailure: Codable, Hashable, Sendable {
  /// The name of the worker, as in `SpawnPoolWorker-1`.
  public var worker: String
  /// The process id of the worker.
  public var processID: Int32
  /// The name of the error's type; empty when the worker died without one.
  public var errorType: String
  /// The error's own description.
  public var description: String
  /// How the worker ended, if it did: its exit status, or the number of the signal that killed it, negated.
  public var exitStatus: Int32?
}
