import PoolCore

/// Something that the task handler has to do for a job: send chunks, or draw some.
///
/// It holds its job, and counts that by hand: a copy costs nothing, and whoever drops the last one calls `end`.
struct Command: Sendable {
  private let reference: Unmanaged<Job>
  let id: JobID
  /// What is to be sent; empty where there is something to draw.
  var chunks: Range<Int>
  /// How many chunks to draw; nil where there are some to send.
  let pull: Int?

  static func offer(_ job: Job, _ id: JobID, _ chunks: Range<Int>) -> Command {
    Command(reference: .passRetained(job), id: id, chunks: chunks, pull: nil)
  }

  static func pull(_ job: Job, _ id: JobID, _ count: Int) -> Command {
    Command(reference: .passRetained(job), id: id, chunks: 0..<0, pull: count)
  }

  /// Lets the job go; nothing uses the command afterwards.
  func end() { reference.release() }

  /// The job, until `end`.
  @inline(__always) func withJob<R>(_ body: (Job) throws -> R) rethrows -> R { try reference._withUnsafeGuaranteedRef(body) }

  /// The action that this carries out.
  var action: PoolAction { pull.map { .pullInputs(id, upTo: $0) } ?? .offer(id, chunks) }
}
