import ArgumentParser
import CPython
import ScenarioKit

/// The command `scenarios differential`.
struct Differential: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Random pool programs on this package's pools and on CPython's, compared step by step.",
    discussion: """
      A program comes from a seed: --seed N --count 1 repeats one. Without versions, the oldest and the newest CPython \
      of this machine are used. A disagreement is shrunk to the smallest program that shows it.
      """)

  @Option(help: "How many programs for each version.")
  var count = 200

  @Option(help: "The seed of the first program; the others follow.")
  var seed: UInt64 = 1

  @Option(parsing: .upToNextOption, help: "Versions such as 3.12, or paths of libraries.")
  var python: [String] = []

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    let count = UInt64(try positive(count, "--count"))
    guard seed <= .max - count else {
      throw ScenarioError(.invalidNumber, "--seed is \(seed), and must leave room for \(count) programs.")
    }
    let pythons = try Pythons.find(python)
    // Oldest first; where only one is found it is both.
    let chosen = python.isEmpty ? Array(Set([pythons[0], pythons[pythons.count - 1]])).sorted { $0.version < $1.version } : pythons
    let runner = try OracleRunner(environment: Terminal.environment)
    ScenarioRunner.endRunsOnSignals()
    let reports = try chosen.map { python in try report(on: python, runner, seeds: seed..<(seed + count)) }
    Terminal.write(
      format.json ? OracleJSON.differential(reports) : reports.map(\.text).joined(separator: "\n"))
    guard reports.allSatisfy(\.agrees) else { throw ExitCode(1) }
  }

  private func report(
    on python: Python, _ runner: OracleRunner, seeds: Range<UInt64>
  ) throws(ScenarioFailure) -> DifferentialReport {
    let differential = ScenarioKit.Differential(
      left: ProgramRunningProcess.own, right: ProgramRunningProcess(python: python, runner: runner),
      differences: KnownDifference.ofSwift(from: python.version))
    let progress = ProgressLine()
    defer { progress.clear() }
    do {
      let result = try differential.run(seeds: seeds) {
        progress.show(done: $0, of: $1, "programs on CPython \(python.version)")
      }
      return DifferentialReport(result, of: differential)
    } catch {
      throw ScenarioFailure(description: "The programs could not be run on CPython \(python.version): \(error)")
    }
  }
}
