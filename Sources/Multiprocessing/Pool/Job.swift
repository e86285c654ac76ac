package import PoolCore
import CMultiprocessing

/// A submitted job: its inputs until they are sent, its outcome until somebody takes it.
///
/// The machine knows a job by its id and decides; the job holds the payloads and obeys.
package class Job: @unchecked Sendable {
  // Sendable: what can change is only touched with the job's lock held, but for what is set before the job is shared.

  /// What the pool knows it by, and the number of the pool at work; set once, when it is submitted.
  package internal(set) var id: JobID?
  var engineNumber: UInt64 = 0

  /// The pool at work, if there still is one. Not for every task: it is looked up.
  final var engine: PoolEngine? { PoolEngines.find(engineNumber) }

  /// The name of the function that its chunks call.
  package var title: String { "task" }

  /// Which of its inputs a chunk has; nil where there is but one, or nobody knows.
  package func inputs(of chunk: Int) -> Range<Int>? { nil }

  /// Whether every chunk that fails has its own place in the outcome, as an imap's have.
  var keepsEveryFailure: Bool { false }

  /// Whether drawing and encoding a chunk runs no code of the user's, so that several may be made before the first is sent.
  var runsNoUserCodeBeforeSending: Bool { false }

  /// The number of the last chunk; nil where it has one chunk, or a number that is not known.
  var lastChunk: Int? { nil }

  /// One more chunk is back: tells whoever wants to hear of it.
  package func advanced(_ returned: (count: Int, isLastIn: Bool)?) {}

  /// One chunk's function and inputs, to be written where they will lie.
  package func encode(_ chunk: Int) throws -> OutgoingBytes { preconditionFailure("abstract") }

  /// The same for several chunks, one after the other, as long as `take` wants more of them.
  package func encode(_ chunks: Range<Int>, _ take: (OutgoingBytes) throws -> Bool) throws {
    for chunk in chunks { guard try take(encode(chunk)) else { return } }
  }

  /// Takes back the only chunk, which its submitter has encoded and could not send at once.
  package func adopt(_ bytes: OutgoingBytes) {}

  /// Runs one chunk in the calling thread and keeps its outputs; the error of the first item that failed.
  package func run(_ chunk: Int) -> (any Error)? { preconditionFailure("abstract") }

  /// Keeps the outputs of one chunk.
  package func store(_ chunk: Int, _ bytes: [UInt8]) throws { preconditionFailure("abstract") }

  /// Keeps the output of one chunk of which there is little.
  package func store(_ chunk: Int, _ few: FewBytes) throws { try store(chunk, few.list) }

  /// Keeps the outputs of one chunk, which lie where its worker wrote them.
  package func store(_ chunk: Int, _ payload: MappedPayload) throws { try store(chunk, payload.copy) }

  /// Keeps an error: the job's outcome, or for an imap the outcome of this chunk.
  package func store(_ chunk: Int, failure: any Error) { preconditionFailure("abstract") }

  /// Keeps an error as the outcome of the whole job, unless it has one.
  package func keep(failure: any Error) {}

  /// Runs the callback that belongs to the outcome.
  package func runCallback(failed: Bool) {}

  /// Notes an imap's next chunks, and wakes nobody. Called with the engine's lock held.
  package func deliver(_ chunks: Range<Int>) {}

  /// Wakes whoever waits for an imap's next chunk.
  package func wakeConsumers() {}

  /// Draws one chunk from the inputs of an imap; false at their end.
  package func draw() throws -> Bool { false }

  /// The job is over.
  package func resolve(_ resolution: Resolution, _ error: (any Error)?) { preconditionFailure("abstract") }

  func locked<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let lock = LockTable.lock(of: self)
    mp_lock(lock)
    defer { mp_unlock(lock) }
    return try body()
  }
}
