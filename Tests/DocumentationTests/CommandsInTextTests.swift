import Foundation
import Golden
import ScenarioKit
import Testing

/// The commands that the README and the articles name, and what they show of their output.
@Suite(.timeLimit(.minutes(3))) struct CommandsInTextTests {
  /// The README and the articles, by their paths.
  static let texts: [String: String] = {
    let catalog = "Sources/Multiprocessing/Multiprocessing.docc"
    let files = FileManager.default.enumerator(atPath: "\(Executable.root)/\(catalog)")?.compactMap { $0 as? String } ?? []
    let paths = ["README.md"] + files.filter { $0.hasSuffix(".md") }.map { "\(catalog)/\($0)" }
    return Dictionary(
      uniqueKeysWithValues: paths.map {
        ($0, (try? String(contentsOfFile: "\(Executable.root)/\($0)", encoding: .utf8)) ?? "")
      })
  }()

  struct Shown: Sendable, CustomTestStringConvertible {
    var place: String
    var command: String
    var output: [String]
    var testDescription: String { "\(place): \(command)" }
  }

  /// What `console` blocks show: a line that begins with a dollar, and what it prints.
  static let shown: [Shown] = texts.sorted { $0.key < $1.key }.flatMap { path, text in
    var result: [Shown] = []
    var isInside = false
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      if line.hasPrefix("```") {
        isInside = line == "```console"
      } else if isInside, line.hasPrefix("$ ") {
        result.append(Shown(place: "\(path):\(index + 1)", command: String(line.dropFirst(2)), output: []))
      } else if isInside, !result.isEmpty {
        result[result.count - 1].output.append(line)
      }
    }
    return result
  }

  @Test func `there is a README, and there are articles`() {
    #expect(Self.texts.count >= 12 && Self.texts.values.allSatisfy { !$0.isEmpty })
    #expect(!Self.shown.isEmpty)
  }

  @Test(arguments: shown) func `a command prints what the text shows`(_ shown: Shown) throws {
    let run = try Executable.shell(shown.command)
    #expect(run.transcript.ending == .exited(0), "\(run.errors)")
    // A line with three dots stands for any number of lines.
    var rest = run.lines[...]
    let parts = shown.output.split(separator: "…", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      let start = index == 0 ? rest.startIndex : rest.indices.first { rest[$0...].starts(with: part) }
      guard let start, rest[start...].starts(with: part) else {
        Issue.record("Not printed: \(part.joined(separator: " / ")), but: \(rest.joined(separator: " / "))")
        return
      }
      rest = rest[(start + part.count)...]
    }
    #expect(rest.isEmpty || shown.output.last == "…", "It goes on: \(rest.joined(separator: " / "))")
  }

  /// `scenarios …` between two marks of code, with the file that names it.
  static let named: [Shown] = texts.sorted { $0.key < $1.key }.flatMap { path, text in
    text.matches(of: /`scenarios( [^`]+)`/).map { Shown(place: path, command: String($0.1), output: []) }
  }

  @Test func `every command that a text names is there, with its options`() throws {
    let commands = Set(Self.named.map { $0.command.split(separator: " ")[0] })
    #expect(commands.count >= 6)
    for command in commands {
      let help = try Executable.run("scenarios", ["help", String(command)])
      #expect(help.transcript.ending == .exited(0), "There is no command \(command).")
      let usage = help.lines.first { $0.hasPrefix("USAGE:") }?.split(separator: " ") ?? []
      // `<id>` and `[<file>]` are arguments; `<on>]` is the value of an option.
      let places = usage.count { $0.hasPrefix("[<") || $0.hasPrefix("<") && $0.hasSuffix(">") }
      for named in Self.named where named.command.split(separator: " ")[0] == command {
        let words = named.command.split(separator: " ").dropFirst()
        for option in words where option.hasPrefix("--") {
          #expect(help.lines.contains { $0.contains(option) }, "\(named.place): \(command) has no \(option).")
        }
        let arguments = words.prefix { !$0.hasPrefix("--") }.count
        #expect(arguments <= places, "\(named.place): scenarios\(named.command)")
      }
    }
  }

  @Test func `every script and folder that the README names is there`() throws {
    let readme = try #require(Self.texts["README.md"])
    let paths = readme.matches(of: /(?:scripts|Sources|Tests|Scenarios|golden)\/[A-Za-z.\/-]*/).map { String($0.output) }
    #expect(paths.count >= 10)
    for path in Set(paths) { #expect(FileManager.default.fileExists(atPath: "\(Executable.root)/\(path)"), "\(path)") }
  }
}
