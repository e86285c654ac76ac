import ArgumentParser
import ScenarioKit

/// The command `scenarios list`.
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The examples: id, name, document, what they show, where they run.")

  @OptionGroup var format: Format

  func run() {
    Terminal.ignoreClosedPipes()
    let report = CatalogReport(ScenarioCatalog.all, style: Terminal.style)
    Terminal.write(format.json ? report.json : report.text)
  }
}
