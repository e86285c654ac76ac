package import Multiprocessing
package import PoolCore

/// A pool that is built a little differently: what a seeded bug is made of.
///
/// Everything is as in the pool as it stands unless a part is replaced. The parts are functions of what they are given, so
/// that a state is still all that decides what comes next.
package struct Variant: Sendable {
  /// What the machine is told when something happened; as it was before the event.
  package var events: @Sendable (PoolEvent, PoolMachine) -> [PoolEvent] = { event, _ in [event] }

  /// What the driver does when the machine has decided; the machine is as it is after the event.
  package var actions: @Sendable (PoolEvent, PoolMachine, [PoolAction]) -> [PoolAction] = { _, _, actions in actions }

  /// What the result handler hears when a worker says something; nil: nothing.
  package var hearing: @Sendable (WorkerReport) -> WorkerReport? = { $0 }

  /// How often the initializer runs before a worker's task with this number, counted from 0.
  package var initializations: @Sendable (_ task: Int) -> Int = { $0 == 0 ? 1 : 0 }

  /// How often a chunk is put into the queue.
  package var copies = 1

  /// Which of the queued chunks a worker takes, and whether it leaves it in the queue.
  package var claim: @Sendable (_ queued: Int) -> (index: Int, stays: Bool) = { _ in (0, false) }

  /// How many workers see the stop mark; nil for all.
  package var stopMarks: Int?

  /// Whether a chunk is known to be with a worker from its claim to its return.
  package var remembersClaims = true

  /// The number of a worker.
  package var number: @Sendable ([Int]) -> [Int] = { $0 }

  /// After how many chunks a worker ends.
  package var chunksPerWorker: @Sendable (Int?) -> Int? = { $0 }

  /// Whether what a worker printed is out before it says that it is done.
  package var flushes = true

  package init() {}
}
