import Multiprocessing

/// Runs one block of the documentation: `documentation run GettingStarted:34`; without a name, lists them.
///
/// The blocks are compiled into this program by the build, with the texts as their source, so a block that does not compile
/// is an error at its line of the text.
@main enum Documentation {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.dropFirst().first.flatMap { name in Snippet.all.first { $0.name == name } }) {
    case ("run", let snippet?):
      switch snippet.body {
      case .blocking(let body): try body()
      case .suspending(let body): try await body()
      }
    case ("expected", let snippet?): print(snippet.output)
    case ("check", let snippet?): print(snippet.check)
    default:
      for snippet in Snippet.all { print(snippet.name) }
    }
  }
}
