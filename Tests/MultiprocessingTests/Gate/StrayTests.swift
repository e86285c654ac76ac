import Glibc
import Golden
import ScenarioKit
import Testing

@testable import probe

/// Runs that leave their schedule.
@Suite(.timeLimit(.minutes(3))) struct StrayTests {
  static let runs = Cases.strays.indices.flatMap { index in
    Cases.strays[index].item.places.map { Stray(index: index, place: $0) }
  }

  struct Stray: Sendable, CustomTestStringConvertible {
    var index: Int
    var place: probe.Place
    var testDescription: String { "\(Cases.strays[index].item.name) in \(place.rawValue)" }
  }

  @Test(arguments: runs) func `a run that leaves its schedule ends with one sentence and all its workers`(
    _ stray: Stray
  ) throws {
    let (item, sentence) = Cases.strays[stray.index]
    let program = Program(
      path: ProbeRun.executable, arguments: ["run", item.name, stray.place.rawValue],
      environment: ProbeRun.environment)
    let run = try Capture(program, timeLimit: .seconds(15)).run()
    // The main process ends itself, or is ended by the worker that has found the fault.
    #expect([.exited(1), .signaled(SIGKILL)].contains(run.transcript.ending))
    let expected = stray.place == .thread ? Cases.inThreads(sentence) : sentence
    #expect(String(decoding: run.standardError, as: UTF8.self) == "schedule: \(expected).\n")
    #expect(run.leftBehind.isEmpty && run.lateLines.isEmpty)
  }
}
