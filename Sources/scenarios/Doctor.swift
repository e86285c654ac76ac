import ArgumentParser
import ScenarioKit

/// The command `scenarios doctor`.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is on this machine: start methods, CPythons and why others are not used, terminal, processors.")

  @OptionGroup var format: Format

  func run() {
    Terminal.ignoreClosedPipes()
    let doctor = ScenarioKit.Doctor(
      environment: Terminal.environment, isTerminal: Terminal.outputIsTerminal, style: Terminal.style)
    Terminal.write(format.json ? doctor.json : doctor.text)
  }
}
