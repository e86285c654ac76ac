import Foundation
import Golden
import ScenarioKit
import Testing

/// The tool of the build that collects the Swift of texts: what it refuses, and where it says so.
@Suite(.timeLimit(.minutes(1))) struct SnippetToolTests {
  /// Runs the tool on one text; what it wrote, and what it complained of.
  private func collect(_ text: String, ending: String = "md") throws -> (code: String, errors: String, path: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "snippets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appending(path: "Text.\(ending)")
    let output = folder.appending(path: "Snippets.swift")
    try text.write(to: source, atomically: true, encoding: .utf8)
    let run = try Executable.run("snippets", [output.path, Executable.root, source.path])
    let code = try? String(contentsOf: output, encoding: .utf8)
    #expect((run.transcript.ending == .exited(0)) == (code != nil))
    return (code ?? "", run.errors, source.path)
  }

  @Test func `declarations go to the top, statements into a function, each at its line`() throws {
    let (code, errors, path) = try collect("# A\n\n```swift\nlet x = 1\n\nstruct A {\n  let y = 2\n}\nuse(x) {\n}\n```\n")
    #expect(errors.isEmpty)
    #expect(code.contains("#sourceLocation(file: \"\(path)\", line: 6)\nstruct A {\n  let y = 2\n}\n#sourceLocation()"))
    let function = code.split(separator: "static func block4() throws {").last ?? ""
    #expect(function.contains("line: 4)\nlet x = 1") && function.contains("line: 9)\nuse(x) {\n}"))
    #expect(function.contains("_ = x\n}"))
  }

  @Test func `a block with an output is run, one that suspends as such, and one that needs a pool gets one`() throws {
    let blocks = ["print(1)", "await wait()", "pool.close()"].map { "```swift\n\($0)\n```\n\n```text\n1\n```\n" }
    let (code, _, _) = try collect(blocks.joined(separator: "\n"))
    #expect(code.contains(".blocking { try InText.block2() }"))
    #expect(code.contains(".suspending { try await InText.block10() }"))
    #expect(code.contains(".blocking { try withPool(processes: 2) { try InText.block18(pool: $0) } }"))
  }

  @Test func `comments of a Swift file are read, and only they`() throws {
    let (code, _, _) = try collect("let hidden = \"```swift\"\n  /// ```swift\n  /// let shown = 1\n  /// ```\n", ending: "swift")
    #expect(code.contains("let shown = 1") && !code.contains("hidden"))
  }

  @Test(arguments: [
    ("```swift\nlet x = 1\n", 1, "does not end"),
    ("```swift\nstruct A {}\n```\n```text\nA\n```\n", 5, "without statements"),
    ("<!-- part of Package.swift -->\n```swift\nlet nothing = \"of the kind\"\n```\n", 3, "has no such lines"),
    ("<!-- part of nowhere -->\n```swift\nlet x = 1\n```\n", 3, "cannot be read"),
  ]) func `what cannot be right is an error at its line`(_ text: String, _ line: Int, _ part: String) throws {
    let (code, errors, path) = try collect(text)
    #expect(code.isEmpty)
    #expect(errors.hasPrefix("\(path):\(line): error: ") && errors.contains(part), "\(errors)")
  }
}
