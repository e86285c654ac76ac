package import Golden
import Multiprocessing

/// Making an example print a wanted output with real processes or threads: its steps wait for their turns.
///
/// The program, the library and the way in which workers are started are those of any other run.
package struct RealReplay: Sendable {
  /// The run, with the order of steps that it keeps to.
  package let run: ScenarioRun

  /// The steps in their order, as `run --steps` takes them.
  package var steps: String { run.steps?.description ?? "" }

  /// What it is to print, byte for byte.
  package let output: [UInt8]

  /// The sleeps of a replay need not be long: its order does not come from them.
  package static let timeScale = Check.timeScale

  /// What the sentence begins with that a run writes when it leaves its schedule.
  private static let mark = SystemWorld.scheduleMark

  /// An output that no correct run could print.
  package struct Illegal: Error, CustomStringConvertible {
    package var run: ScenarioRun
    package var verdict: Verdict

    /// One sentence with the code of the verdict.
    package var description: String {
      "No run of \(run.scenario.id) on \(run.place.rawValue) prints that: \(verdict.headline)."
    }
  }

  /// - Parameter output: what is wanted; nil for the documented output, with the names that it has at this place.
  /// - Throws: `Illegal` where the golden rejects it; a `ScenarioError` where this program prints a number in another way.
  package init(_ run: ScenarioRun, output: [UInt8]? = nil) throws {
    let judge = try ScenarioJudge(run.scenario)
    var parameters = run.parameters
    // When things happen is no part of what is legal.
    parameters["timed"] = "no"
    let wanted = try output ?? judge.documented(parameters: parameters)
    let transcript = Transcript(text: wanted)
    let verdict = try judge.judge(transcript, parameters: parameters)
    guard verdict.conforms else { throw Illegal(run: run, verdict: verdict) }
    guard let attribution = try judge.attribution(of: transcript, parameters: parameters) else {
      throw ScenarioError(.broken, "No lanes can be found for this output of \(run.scenario.id).")
    }
    var run = run
    // Steps are those of one pool. A program that starts processes of its own has one order by itself.
    run.steps = run.scenario.startsProcesses ? nil : try StepPlanner(attribution).order()
    self.run = run
    self.output = wanted
  }

  /// Does the run and waits for it; `print` gets every line as it comes, as long as it is the wanted one.
  ///
  /// - Returns: nil, or what went wrong, in one sentence: the run left its schedule, or it failed.
  @available(*, noasync, message: "perform blocks until the example has ended")
  package func perform(with runner: ScenarioRunner, print: (String) -> Void = { _ in }) throws(CaptureError) -> String?
  {
    let wanted = Transcript(text: output).lines.map(\.bytes)
    var printed = 0
    let captured = try runner.run(run) { line in
      guard let position = printed < wanted.count ? printed : nil, wanted[position] == line.bytes else { return }
      printed += 1
      print(line.text + "\n")
    }
    return failure(of: captured)
  }

  private func failure(of captured: CapturedRun) -> String? {
    let name = "The replay of \(run.scenario.id) on \(run.place.rawValue)"
    let errors = String(decoding: captured.standardError, as: UTF8.self).split(separator: "\n")
    if let reason = errors.first(where: { $0.hasPrefix(Self.mark) }) {
      return "\(name) left its schedule: \(reason.dropFirst(Self.mark.count))"
    }
    let what: String? =
      switch captured.transcript.ending {
      case .exited(0): nil
      case .exited(let status): "ended with exit status \(status)"
      case .signaled(let signal): "was ended by signal \(signal)"
      case .timedOut: "did not end within its time limit"
      case .unknown: "ended nobody knows how"
      }
    if let what { return "\(name) \(what)" + (errors.first.map { ": \($0)" } ?? ".") }
    guard captured.leftBehind.isEmpty else {
      return "\(name) left \(Wording.count(captured.leftBehind.count, "process", "processes")) behind."
    }
    return bytes(of: captured) == output ? nil : "\(name) printed something else."
  }

  private func bytes(of captured: CapturedRun) -> [UInt8] {
    captured.transcript.lines.flatMap { $0.bytes + ($0.isTerminated ? [UInt8(ascii: "\n")] : []) }
  }
}
