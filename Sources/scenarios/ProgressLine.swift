import ScenarioKit
import Synchronization

/// What a check shows on standard error while it works.
///
/// On a terminal one line that is written again and again; elsewhere a line every few seconds. What does not conform is
/// named at once.
final class ProgressLine: Sendable {
  private let isTerminal = Terminal.errorIsTerminal
  private let last = Mutex(ContinuousClock.now)
  private let problems = Mutex(0)

  func show(_ progress: ScenarioKit.Check.Progress) {
    let name = "\(progress.run.scenario.id) on \(progress.run.place.rawValue)"
    if let problem = progress.problem {
      problems.withLock { $0 += 1 }
      clear()
      Terminal.note("\(name), run \(problem.number): \(problem.code) \(problem.message)\n")
    }
    show(done: progress.done, of: progress.total, name)
  }

  /// Shows how far the work has come and what it is at.
  func show(done: Int, of total: Int, _ name: String) {
    let bad = problems.withLock { $0 }
    show("\(done) of \(total) runs" + (bad == 0 ? "" : ", \(bad) do not conform"), name)
  }

  /// Shows how many schedules of an example have been run.
  func show(schedules: Int, _ name: String) { show("\(schedules) schedules", name) }

  /// Shows a text; behind its comma stands what only a terminal is told.
  func show(_ text: String) {
    let parts = text.split(separator: ", ", maxSplits: 1).map(String.init)
    show(parts.first ?? "", parts.count > 1 ? parts[1] : "")
  }

  private func show(_ text: String, _ name: String) {
    let isDue = last.withLock { last in
      guard last.duration(to: .now) >= (isTerminal ? .milliseconds(50) : .seconds(5)) else { return false }
      last = .now
      return true
    }
    guard isDue else { return }
    Terminal.note(isTerminal ? "\r\u{1b}[K\(text)\(name.isEmpty ? "" : ", ")\(name)" : "\(text)\n")
  }

  /// Takes the line away.
  func clear() {
    if isTerminal { Terminal.note("\r\u{1b}[K") }
  }
}
