import CMultiprocessing
import PoolCore

/// Who waits for whom in this process: what tells a wait without an end from one that is only long.
///
/// A thread that is about to wait without a time-out, for the result of a job or for a lock, is entered here. Whoever comes last
/// to a circle finds it closed, and is told instead of waiting. A wait is part of it only if nobody but other waiters of the
/// circle could end it: see `Need`. Under simulation nothing is entered; there an exploration sees every hang.
enum WaitGraph {
  /// What a thread waits for.
  enum Goal {
    case result(PoolEngine, Job)
    case lock(LockHolder, String)
  }

  /// Threads that must go on for a wait to end: one of them, whichever.
  struct Need {
    var threads: [UInt]
    /// How they come into it, to be put behind what is waited for.
    var reason: String
  }

  private struct Wait {
    /// Tells two waits of one thread apart.
    var number: UInt64
    var thread: String
    var goal: Goal
  }

  private struct State {
    var waits: [UInt: Wait] = [:]
    var count: UInt64 = 0
  }

  private static let made = Made()
  private static let state = made.by { Guarded(State()) }

  /// In a forked child: nobody waits.
  static func forget() {
    guard made.isTrue else { return }
    state.breakLock()
    state.with { $0 = State() }
  }

  /// Enters the calling thread; `end` takes it out again.
  ///
  /// - Returns: why the wait would never end, if so; then the thread is not entered.
  static func begin(_ goal: Goal) -> MultiprocessingError? {
    let thread = mp_thread_token()
    let name = threadName
    let (waits, number) = state.with { state in
      state.count += 1
      state.waits[thread] = Wait(number: state.count, thread: name, goal: goal)
      return (state.waits, state.count)
    }
    // A single wait is a circle only if it is for what the thread itself must do.
    if waits.count == 1, case .result = goal, mp_thread_identity() == nil { return nil }
    guard let stuck = stuck(waits, thread), let text = confirm(stuck, thread, number) else { return nil }
    end()
    return MultiprocessingError(.wouldDeadlock, "This would wait for ever: " + text + ".")
  }

  /// Takes the calling thread out.
  static func end() {
    let thread = mp_thread_token()
    state.with { _ = $0.waits.removeValue(forKey: thread) }
  }

  private static var threadName: String {
    if let pointer = mp_thread_identity() {
      return Unmanaged<ThreadIdentity>.fromOpaque(pointer).takeUnretainedValue().name
    }
    let process = SystemWorld.shared.process
    let id = mp_thread_id()
    return id == process.identity.processID ? process.mainThread.name : "thread \(id)"
  }

  // MARK: Finding a circle

  private struct Stuck {
    var wait: Wait
    var need: Need
  }

  /// The waits that cannot end while the others do not, if that of this thread is one.
  private static func stuck(_ waits: [UInt: Wait], _ thread: UInt) -> [UInt: Stuck]? {
    var needs = waits.mapValues { (wait: $0, needs: $0.goal.needs) }
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for (thread, entry) in needs where !entry.needs.contains(where: { isBlocked($0, needs.keys) }) {
        needs[thread] = nil
        hasChanged = true
      }
    }
    guard needs[thread] != nil else { return nil }
    return needs.compactMapValues { entry in
      entry.needs.first { isBlocked($0, needs.keys) }.map { Stuck(wait: entry.wait, need: $0) }
    }
  }

  private static func isBlocked(
    _ need: Need, _ waiting: Dictionary<UInt, (wait: Wait, needs: [Need])>.Keys
  ) -> Bool {
    !need.threads.isEmpty && need.threads.allSatisfy { waiting.contains($0) }
  }

  /// The circle in words, from this thread on, unless one of its waits has ended since; only the last to enter says it.
  ///
  /// What was read about one waiter after the other holds together if all of them waited all the time: a thread that waits
  /// changes nothing.
  private static func confirm(_ stuck: [UInt: Stuck], _ thread: UInt, _ number: UInt64) -> String? {
    var order: [UInt] = [thread]
    var index = 0
    while index < order.count {
      for next in stuck[order[index]]?.need.threads ?? [] where !order.contains(next) { order.append(next) }
      index += 1
    }
    let isUnchanged = state.with { state in
      order.allSatisfy { key in
        guard let now = state.waits[key], let then = stuck[key] else { return false }
        return now.number == then.wait.number && now.number <= number
      }
    }
    guard isUnchanged else { return nil }
    return order.compactMap { key in
      stuck[key].map { "\($0.wait.thread) waits for \($0.wait.goal.text), \($0.need.reason)" }
    }.joined(separator: "; ")
  }
}

extension WaitGraph.Goal {
  /// The threads without which the wait cannot end.
  var needs: [WaitGraph.Need] {
    switch self {
    case .result(let engine, let job): engine.needs(of: job)
    case .lock(let holder, _): holder.needs
    }
  }

  var text: String {
    switch self {
    case .result(_, let job): "the result of job \(job.id?.rawValue ?? 0) (\(job.title))"
    case .lock(_, let kind): "a \(kind)"
    }
  }
}
