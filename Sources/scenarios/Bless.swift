import ArgumentParser
import Golden
import ScenarioKit

/// The command `scenarios bless`.
struct Bless: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reviews goldens: shows what is pending and asks.",
    discussion: """
      A golden waits for a review where its program prints what it does not know, or where a number of outputs that it \
      states is not the one that its rules give. Texts and numbers can be accepted, rules never. Each proposal names the \
      outputs that become legal or illegal. Where nobody can be asked, and in CI, it only reports. Exit status: 0 \
      nothing is pending, 1 something is.
      """)

  @Argument(help: "The examples, such as A2 B1; without any, all of them.")
  var ids: [String] = []

  @Option(help: ArgumentHelp("The file of the golden, for one example; without it, the package's.", valueName: "file"))
  var golden: String?

  @Option(
    help: ArgumentHelp("What the program printed, for one example; without it, the example is run.", valueName: "file"))
  var transcript: String?

  @Flag(help: "Accept everything that may be accepted, without asking.")
  var accept = false

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    let chosen = try scenarios(ids)
    guard (golden == nil && transcript == nil) || (ids.count == 1 && chosen.count == 1) else {
      throw ScenarioError(.contradiction, "--golden and --transcript are for one example: name it.")
    }
    let isCI = Terminal.environment["CI"].map { !$0.isEmpty && $0 != "false" } ?? false
    guard !(accept && isCI) else {
      throw ScenarioError(.contradiction, "--accept is not for CI, which only reports: accept where you commit.")
    }
    let printed = try transcript.map { path throws(ScenarioError) in
      Transcript(text: path == "-" ? try Files.standardInput() : try Files.read(path))
    }
    // All are read before the first is shown: a broken one is known at once.
    var reviews: [GoldenReview] = []
    for scenario in chosen {
      let path = try golden ?? "\(GoldenFile.folder())/\(scenario.title).golden"
      reviews.append(try GoldenReview(scenario, file: GoldenFile(path: path, bytes: Files.read(path))))
    }
    ScenarioRunner.endRunsOnSignals()
    let canAsk = !isCI && !format.json && printed == nil && Terminal.canAsk
    var session = BlessSession(
      answer: accept ? .accept : canAsk ? nil : .skip, printed: printed, style: format.json ? nil : Terminal.style)
    for review in reviews { try session.review(review) }
    Terminal.write(format.json ? session.json : session.summary)
    guard session.isClean else { throw ExitCode(1) }
  }
}
