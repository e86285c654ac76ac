import ArgumentParser
import ScenarioKit

/// The command `scenarios show ID`.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "One example: its story, the Swift program beside the Python twin, the documented output, its claims.")

  @Argument(help: "The example, such as A2.")
  var id: String

  @OptionGroup var format: Format

  func run() throws {
    Terminal.ignoreClosedPipes()
    let page = try ScenarioPage(ScenarioCatalog.find(id), style: Terminal.style, width: Terminal.width)
    Terminal.write(format.json ? page.json : page.text)
  }
}
