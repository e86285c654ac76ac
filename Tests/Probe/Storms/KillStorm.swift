import CMultiprocessing
import Glibc
import Multiprocessing

/// SIGKILLs at random moments to busy and idle workers of a pool that goes on working.
///
/// Every task must end with its value, or with the error that names the worker that was killed while it ran the task; soon
/// after the kill; and terminating must take no longer than usual, with workers killed while it goes on.
struct KillStorm {
  var place: Place
  var kills: Int
  var seed: UInt64
  /// Processes that do nothing but use up processors.
  var load = 2

  struct Report: CustomStringConvertible {
    var kills = 0
    var pools = 0
    var values = 0
    var failures = 0
    var slowestFailure: Duration = .zero
    var slowestTask: Duration = .zero
    var slowestTerminate: Duration = .zero

    var description: String {
      func milliseconds(_ duration: Duration) -> String { "\(Int(duration / .milliseconds(1))) ms" }
      return "\(kills) kills in \(pools) pools: \(values) values, \(failures) tasks of dead workers; slowest: "
        + "failure \(milliseconds(slowestFailure)) after the kill, task \(milliseconds(slowestTask)), "
        + "terminate \(milliseconds(slowestTerminate))"
    }
  }

  /// A task on its way.
  private struct Pending {
    var result: AsyncResult<Int32>
    var submitted: Duration
  }

  private static let limit: Duration = .seconds(1)

  func run() throws -> Report {
    var report = Report()
    var random = SplitMix(state: seed)
    return try Place.spawn.withPool(load) { spinners in
      for _ in 0..<load { try spinners.applyAsync(Busy(microseconds: 3_600_000_000)) }
      while report.kills < kills { try round(&report, &random) }
      return report
    }
  }

  /// One pool from its start to its end, which sometimes comes while tasks run.
  private func round(_ report: inout Report, _ random: inout SplitMix) throws {
    report.pools += 1
    let pool = try place.pool(3)
    var victims = Victims()
    defer { victims.forget() }
    var pending: [Pending] = []
    let goal = min(kills, report.kills + 50)
    while report.kills < goal {
      // Bursts of work, and every now and then nothing to do, so that idle workers are hit too.
      let isIdle = random.next() % 8 == 0
      if !isIdle {
        for _ in 0..<1 + random.next() % 6 {
          pending.append(
            Pending(result: try pool.applyAsync(Busy(microseconds: Int(random.next() % 3000))), submitted: Clock.now))
        }
      }
      while pending.count > (isIdle ? 0 : 12) { try settle(pending.removeFirst(), &victims, &report) }
      if random.next() % 2 == 0, victims.killOne(&random) { report.kills += 1 }
    }
    if random.next() % 2 == 0 {
      for task in pending { try settle(task, &victims, &report) }
      pending = []
    } else {
      _ = victims.killOne(&random)
    }
    let start = Clock.now
    pool.terminate()
    let duration = Clock.now - start
    try pool.join()
    report.slowestTerminate = max(report.slowestTerminate, duration)
    try expect(duration < Self.limit, "terminate took \(duration)")
    for task in pending { try expect(task.result.isReady, "A task has not ended though its pool has") }
  }

  private func settle(_ task: Pending, _ victims: inout Victims, _ report: inout Report) throws {
    do {
      let pid = try task.result.get(timeout: .seconds(20))
      victims.meet(pid)
      report.values += 1
    } catch let error as MultiprocessingError where error.code == .workerDied {
      let remote = error.remote
      try expect(remote?.worker.isEmpty == false && remote?.exitStatus == -SIGKILL, "The error is \(error)")
      guard let killed = victims.killed[remote?.processID ?? 0] else {
        throw Failure("Nobody killed the worker of \(error)")
      }
      // Heard of when it is asked for, at the latest: an upper bound.
      let delay = Clock.now - max(killed, task.submitted)
      report.failures += 1
      report.slowestFailure = max(report.slowestFailure, delay)
      try expect(delay < Self.limit, "The failure came \(delay) after the kill")
    }
    let duration = Clock.now - task.submitted
    report.slowestTask = max(report.slowestTask, duration)
  }
}

/// The workers that a storm has met, each by a descriptor of its process: a number may belong to another one by now.
private struct Victims {
  private var known: [Int32: Int32] = [:]
  /// When which process was killed.
  private(set) var killed: [Int32: Duration] = [:]

  mutating func meet(_ pid: Int32) {
    guard known[pid] == nil, killed[pid] == nil else { return }
    let descriptor = mp_pidfd_open(pid)
    guard descriptor >= 0 else { return }
    // Between the task's end and here the worker may have ended and its number may be somebody else's.
    if getpgid(pid) == getpgrp() { known[pid] = descriptor } else { close(descriptor) }
  }

  /// Kills one at random; false if none is left to kill.
  mutating func killOne(_ random: inout SplitMix) -> Bool {
    let pids = known.keys.sorted()
    guard !pids.isEmpty else { return false }
    let pid = pids[Int(random.next() % UInt64(pids.count))]
    guard let descriptor = known.removeValue(forKey: pid) else { return false }
    defer { close(descriptor) }
    let moment = Clock.now
    guard mp_pidfd_signal(descriptor, SIGKILL) == 0 else { return false }
    killed[pid] = moment
    return true
  }

  mutating func forget() {
    for descriptor in known.values { close(descriptor) }
    known = [:]
  }
}

/// A task that uses a processor for a while.
struct Busy: PoolTask {
  var microseconds: Int
  func run() -> Int32 {
    let end = Clock.now + .microseconds(microseconds)
    while Clock.now < end {}
    return getpid()
  }
}

/// The time since an arbitrary start.
enum Clock {
  static var now: Duration { .nanoseconds(mp_now_ns()) }
}

/// A generator of random numbers that starts where it is told.
struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
