import CMultiprocessing

/// When the result handler looks for chunks that got lost: every second while workers have something to say, ever more rarely
/// while they have not, and never for more than a hundredth of the time.
struct AuditPlan {
  private static let shortest: Duration = .seconds(1)
  private static let longest: Duration = .seconds(64)
  private var interval = shortest
  private var hasHeard = false

  /// When it is due, on the system's clock.
  private(set) var due = Duration(clock: mp_now_ns()) + shortest

  /// When the result handler looks again: while no job is pending nothing can get lost, and it need not wake for that.
  func next(isIdle: Bool) -> Duration { isIdle ? max(due, Duration(clock: mp_now_ns()) + Self.longest) : due }

  var isDue: Bool { Duration(clock: mp_now_ns()) >= due }

  /// Workers had something to say.
  mutating func heard() { hasHeard = true }

  /// It is done and took so long.
  mutating func done(in cost: Duration) {
    interval = hasHeard ? Self.shortest : min(interval * 2, Self.longest)
    interval = max(interval, cost * 100)
    hasHeard = false
    due = Duration(clock: mp_now_ns()) + interval
  }
}
