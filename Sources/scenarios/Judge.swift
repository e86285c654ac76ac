import ArgumentParser
import Golden
import ScenarioKit

/// The command `scenarios judge ID [FILE]`.
struct Judge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judges any text: could a correct pool have printed it?",
    discussion: "The first line printed is the verdict: CONFORMS, or REJECTED and a code.")

  @Argument(help: "The example, such as A2.")
  var id: String

  @Argument(help: "The text; without it, or with -, standard input.")
  var file: String?

  @Option(help: "The place whose names the text should carry: fork, spawn, forkserver or thread.")
  var on: String?

  @OptionGroup var settings: Settings

  @Option(help: "A golden that takes the place of the one in the build.")
  var golden: String?

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    let scenario = try ScenarioCatalog.find(id)
    let settings = try settings.make(timeScale: 1)
    let place = try on.map { name throws(ScenarioError) in
      try ScenarioRun(scenario, at: ScenarioKit.Place(named: name), settings: settings).place
    }
    let judge = try golden.map { path throws(ScenarioError) in try Files.golden(path) } ?? ScenarioJudge(scenario)
    let bytes = try file.map { $0 == "-" ? try Files.standardInput() : try Files.read($0) } ?? Files.standardInput()
    let transcript = Transcript(text: bytes)
    let parameters = ScenarioRun.parameters(of: scenario, at: place, settings: settings)
    let verdict = try judge.judge(transcript, parameters: parameters)
    // Where nobody says how large the pool was, the text may tell.
    let sizes = settings.workers == nil ? try judge.sizes(of: transcript, parameters: parameters) : nil
    let text = verdict.explanation() + "\n" + (sizes.map { "\n\($0.description)\n" } ?? "")
    Terminal.write(format.json ? RunReport.json(scenario, verdict, sizes: sizes) : text)
    guard verdict.conforms else { throw ExitCode(1) }
  }
}
