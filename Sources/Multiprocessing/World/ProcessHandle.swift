/// A process of its own that is to start.
package struct ProcessRequest: Sendable {
  package var name: String
  package var identity: [Int]
  package var isDaemon: Bool
  package var method: StartMethod
  package var target: any ProcessTarget
}

/// A process that was started. Any thread may use it.
package protocol ProcessHandle: AnyObject, Sendable {
  var processID: Int32 { get }

  /// A descriptor that can be read as soon as the process has ended.
  var sentinel: Int32 { get }

  /// Does nothing if the process has ended.
  func signal(_ signal: Signal)

  /// Waits for the end, at most until the deadline; the exit status, or the signal negated. Nil: the deadline passed.
  func wait(until deadline: Duration?) -> Int32?
}
