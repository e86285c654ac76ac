import Golden
import PoolCore
import Simulation

/// Running an example in a simulated world so that it prints exactly what is wanted.
package struct Replay: Sendable {
  /// What is to be printed.
  package enum Target: Hashable, Sendable {
    case documented
    /// Exactly these bytes, if they are a legal output.
    case output([UInt8])
    /// Whatever this line of labels leads to.
    case schedule(String)
  }

  /// An output that no correct pool prints, or an order that the program does not have: a sentence.
  package struct Impossible: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
  }

  package var subject: SimulatedScenario
  package var target: Target

  package init(_ subject: SimulatedScenario, target: Target = .documented) {
    self.subject = subject
    self.target = target
  }

  /// Does it and returns what the program printed; blocks the calling thread.
  ///
  /// - Throws: `Impossible` where the target is not legal.
  @available(*, noasync, message: "run blocks until the replay is over")
  package func run() throws -> [UInt8] { try simulate() }

  /// The lines of the target, if they are legal.
  private func wantedLines() throws -> [String] {
    let transcript: Transcript
    switch target {
    case .output(let bytes): transcript = Transcript(text: bytes)
    default: transcript = Transcript(lines: subject.golden.documented.map { Transcript.Line(bytes: Array($0.utf8)) })
    }
    let verdict: Verdict
    do { verdict = try subject.golden.judge(transcript, parameters: subject.parameters) } catch {
      throw ScenarioError(.broken, "\(error).")
    }
    guard verdict.conforms else {
      throw Impossible(description: "\(subject.scenario.id) cannot print this: \(verdict.headline).")
    }
    return transcript.lines.map(\.text)
  }

  private func simulate() throws -> [UInt8] {
    let found: [String]?
    if case .schedule(let line) = target {
      let finder = ScheduleFinder(subject.simulation())
      found = try finder.run(following: Schedule.labels(of: line))?.lines
      guard found != nil else {
        throw Impossible(description: "No order of \(subject.scenario.id) follows this schedule.")
      }
    } else {
      let lines = try wantedLines()
      let finder = ScheduleFinder(subject.simulation(printing: lines))
      found = try finder.schedule(printing: lines, by: subject.printer)?.lines
      guard found != nil else {
        throw Impossible(
          description: "\(subject.scenario.id) prints nothing that is exactly this, though the golden calls it legal.")
      }
    }
    return Array((found ?? []).map { $0 + "\n" }.joined().utf8)
  }
}

extension SimulatedScenario {
  /// The lane that prints every line, where there is one.
  var printer: String? { goldenProgram.isPrintedByMain ? "main" : nil }

  /// The value that each task has drawn, by the lines of an output.
  func values(in lines: [String]) -> [Int: Double] { goldenProgram.values(in: lines) }

  /// A simulation in which each task draws the value that these lines show for it.
  func simulation(printing lines: [String], timers: Timers = .patient) -> Simulation {
    var program = program
    let values = goldenProgram.values(in: lines)
    if !values.isEmpty {
      let workers = settings.defaultSize
      program.draws = Draws(values: values, chunkSize: ChunkSize.standard(items: values.count, workers: workers))
    }
    return Simulation(program, timers: timers, symmetry: symmetry)
  }
}
