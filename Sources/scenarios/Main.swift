import ArgumentParser
import Glibc
import ScenarioKit

/// The entry: parses the arguments, does the command, and turns what went wrong into one sentence and a status.
@main enum Main {
  static func main() {
    exit(status(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// The exit status: 0 all is well, 1 something did not conform, 2 the command or its input was wrong.
  private static func status(of arguments: [String]) -> Int32 {
    do {
      try refuseUnknownCommand(arguments)
      var command = try Scenarios.parseAsRoot(arguments)
      try command.run()
      try Terminal.flush()
      return 0
    } catch let status as ExitCode {
      return finish(status.rawValue)
    } catch let error as ScenarioError {
      return Terminal.fail("\(error)")
    } catch let error as ScenarioFailure {
      Terminal.complain("\(error)")
      return finish(1)
    } catch {
      guard Scenarios.exitCode(for: error).isSuccess else { return Terminal.fail(sentence(error)) }
      // A request for help ends in an error as well.
      Terminal.write(Scenarios.fullMessage(for: error) + "\n")
      return finish(0)
    }
  }

  private static func finish(_ status: Int32) -> Int32 {
    do { try Terminal.flush() } catch { return Terminal.fail("\(error)") }
    return status
  }

  /// The default command takes examples, so a misspelt command would be reported as an unknown example.
  private static func refuseUnknownCommand(_ arguments: [String]) throws(ScenarioError) {
    guard let first = arguments.first, !first.hasPrefix("-") else { return }
    // Every command is called as its type.
    let names = Scenarios.configuration.subcommands.map { "\($0)".lowercased() } + ["help"]
    guard !names.contains(first) else { return }
    throw ScenarioError.unknownCommand(first, among: names)
  }

  /// What the parser of arguments has to say, as one sentence.
  private static func sentence(_ error: any Error) -> String {
    let message = Scenarios.message(for: error)
    let line = message.split(separator: "\n").first.map(String.init) ?? "The arguments make no sense"
    return line.hasSuffix(".") || line.hasSuffix("?") ? line : line + "."
  }
}

/// Something that was done as asked and did not come out well: status 1.
struct ScenarioFailure: Error, CustomStringConvertible {
  var description: String
}
