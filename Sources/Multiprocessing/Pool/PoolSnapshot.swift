import DequeModule
import PoolCore

/// What a pool does at one moment; CPython has no such thing.
///
/// It is taken without stopping anybody: a worker may have gone on to its next task before the snapshot is read.
public struct PoolSnapshot: Sendable, CustomStringConvertible {
  /// One worker that has been started and has not ended.
  public struct Worker: Sendable {
    /// The name: `SpawnPoolWorker-1`, in a thread pool `Thread-1`.
    public var name: String
    /// The process that it is, or that its thread belongs to.
    public var processID: Int32
    /// What it runs; nil for a worker that waits, initializes, or ends.
    public var task: RunningTask?
  }

  /// What a worker runs: one chunk of a job.
  public struct RunningTask: Sendable {
    /// The number of the job in its pool, in order of submission from 0.
    public var job: Int
    /// The number of the chunk in its job, from 0.
    public var chunk: Int
    /// The type that stands for the function, or the type of the task.
    public var function: String
    /// Which of a map's inputs the chunk has; nil for a single call, and for the chunks of an `imap`.
    public var inputs: Range<Int>?
    /// How long it runs by now; zero under simulation.
    public var elapsed: Duration
  }

  /// The workers in order of their start.
  public var workers: [Worker]
  /// How many jobs are not over: each call, map and `imap` counts once.
  public var pendingJobs: Int
  /// How many chunks no worker has taken, those included that are still to be sent. What an `imap` has not drawn from its
  /// inputs does not count.
  public var queuedChunks: Int

  /// One line for the pool, and one for each worker.
  public var description: String {
    let head = "\(pendingJobs) jobs pending, \(queuedChunks) chunks queued"
    return ([head] + workers.map(\.description)).joined(separator: "\n")
  }
}

extension PoolSnapshot.Worker: CustomStringConvertible {
  /// `SpawnPoolWorker-1 (4711): Square, job 0 chunk 3, for 1.5 seconds`.
  public var description: String {
    guard let task else { return "\(name) (\(processID)): nothing" }
    return "\(name) (\(processID)): \(task.function), job \(task.job) chunk \(task.chunk), for \(task.elapsed)"
  }
}

extension Pool {
  /// What the pool does now: its workers, with what each of them runs and for how long, and what waits. Never blocks.
  ///
  /// A look at a pool of processes reads some kilobytes of shared memory and asks no worker.
  public func snapshot() -> PoolSnapshot { engine.look() }
}

extension PoolEngine {
  func look() -> PoolSnapshot {
    let now = world.now
    let activities = transport.activities
    return state.with { state in
      // With the lock that chunks are offered under: one on its way is counted in one place.
      let queued = transport.queuedChunks
      let unsent = state.commandsLeft.reduce(0) { $0 + $1.chunks.count }
      let workers = activities.map { activity in
        PoolSnapshot.Worker(
          name: activity.name, processID: activity.processID, task: state.task(activity, now))
      }
      return PoolSnapshot(
        workers: workers, pendingJobs: state.machine.pendingJobs,
        queuedChunks: queued + unsent + (state.inHand?.chunks.count ?? 0))
    }
  }
}

extension PoolEngine.State {
  fileprivate func task(_ activity: WorkerActivity, _ now: Duration) -> PoolSnapshot.RunningTask? {
    // A job that is over has left what a worker may still be about to drop.
    guard let chunk = activity.chunk, let job = jobs[chunk.job] else { return nil }
    return PoolSnapshot.RunningTask(
      job: Int(chunk.job.rawValue), chunk: chunk.index, function: job.title, inputs: job.inputs(of: chunk.index),
      elapsed: activity.since.map { max(.zero, now - $0) } ?? .zero)
  }
}
