/// What a process of its own runs: a value whose type is the function and whose stored properties are the arguments.
///
/// ```swift
/// struct Greeter: ProcessTarget {
///   let queue: Queue<String>
///   func run() throws { try queue.put("hello from \(ProcessIdentity.current.name)") }
/// }
///
/// let queue = try Queue<String>()
/// let process = ChildProcess(Greeter(queue: queue))
/// try process.start()
/// let greeting = try queue.get()
/// try process.join()
/// ```
///
/// Shared objects travel in it. The type must be reachable by name: neither `private` nor local to a function.
public protocol ProcessTarget: Codable, Sendable {
  /// Runs in the main thread of the new process; Python's `run()`.
  ///
  /// - Throws: any error, which ends the process with the status 1 and a line on standard error; a `SystemExit`, which ends it
  ///   with its own status.
  func run() throws
}

/// Thrown by a process's target to end with a status; Python's `sys.exit`.
public struct SystemExit: Error, Sendable {
  /// The status; the system keeps the lowest eight bits.
  public let status: Int32
  /// What is printed to standard error.
  public let message: String?

  /// Ends with this status.
  public init(_ status: Int32 = 0) {
    self.status = status
    message = nil
  }

  /// Ends with the status 1 and this line on standard error.
  public init(message: String) {
    status = 1
    self.message = message
  }
}
