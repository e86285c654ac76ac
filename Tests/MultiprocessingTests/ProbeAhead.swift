import Foundation
import ScenarioKit

/// Runs the cases a little ahead of the tests that ask for their outcome, which come in order: most of a case's time is waiting.
final class ProbeAhead: @unchecked Sendable {
  // Sendable: what changes is only touched with the condition's lock held.
  static let shared = ProbeAhead(ProbeRun.all)

  /// How many cases run at a time; two processors keep up with them.
  private static let width = 3

  private let runs: [ProbeRun]
  private let places: [String: Int]
  private let condition = NSCondition()
  private var started: Set<Int> = []
  private var outcomes: [Int: Result<CapturedRun, any Error>] = [:]

  private init(_ runs: [ProbeRun]) {
    self.runs = runs
    places = Dictionary(uniqueKeysWithValues: runs.enumerated().map { ($1.testDescription, $0) })
  }

  /// What came of a run; blocks until it is over, which its time limit bounds.
  func outcome(of run: ProbeRun) throws -> CapturedRun {
    guard let place = places[run.testDescription] else { return try run.capture() }
    condition.lock()
    defer { condition.unlock() }
    for next in place..<min(place + Self.width, runs.count) {
      // Those before this one are over.
      if next > place, runs[next].isAlone || runs[place].isAlone { break }
      if started.insert(next).inserted { start(next) }
    }
    while true {
      if let outcome = outcomes.removeValue(forKey: place) { return try outcome.get() }
      condition.wait()
    }
  }

  private func start(_ place: Int) {
    let thread = Thread { [self] in
      let outcome = Result { try runs[place].capture() }
      condition.lock()
      outcomes[place] = outcome
      condition.broadcast()
      condition.unlock()
    }
    thread.stackSize = 4 << 20
    thread.start()
  }
}
