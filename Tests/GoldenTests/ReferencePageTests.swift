import Foundation
import Testing

@testable import Golden

/// The examples of the reference page, run.
@Suite struct ReferencePageTests {
  struct Block {
    var kind: String
    var argument: String
    var lines: [String]
    /// Where its content begins in the page, from 1.
    var line: Int
  }

  static func page() throws -> [String] {
    let text = try String(contentsOf: Goldens.folder.appending(path: "README.md"), encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func blocks() throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    for (index, line) in try page().enumerated() {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          let words = line.dropFirst(3).split(separator: " ").map(String.init)
          open = Block(kind: words.first ?? "", argument: words.dropFirst().first ?? "", lines: [], line: index + 2)
        }
      } else {
        open?.lines.append(line)
      }
    }
    return blocks
  }

  @Test func `every example of the reference page is as the page says`() throws {
    var golden: Golden?
    var goldens: [String: Golden] = [:]
    var verdict: Verdict?
    var counts: [String: Int] = [:]
    for block in try Self.blocks() {
      counts[block.kind, default: 0] += 1
      let place = "golden/README.md:\(block.line)"
      switch block.kind {
      case "golden":
        let text = block.lines.joined(separator: "\n")
        do { golden = try Golden.parse(Array(text.utf8), file: "example.golden") } catch {
          Issue.record("\(place): \(error)")
          golden = nil
        }
        if let golden { goldens[golden.example] = golden }
      case "accepted", "rejected":
        let found = try #require(golden, "\(place)").judge(Transcript(block.lines))
        #expect(
          found.code.rawValue == (block.kind == "accepted" ? "CONFORMS" : block.argument), "\(place) \(found.headline)")
        verdict = found
      case "explanation":
        let text = try #require(verdict, "\(place)").explanation()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines == block.lines, "\(place)\n\(text)")
      case "compiled":
        let text = try #require(goldens[block.argument], "\(place)").program().description
        #expect(text == block.lines.joined(separator: "\n"), "\(place)\n\(text)")
      default: Issue.record("\(place): a block that no test runs")
      }
    }
    #expect(counts["golden", default: 0] >= 17 && counts["explanation", default: 0] >= 3)
  }

  @Test func `every rule, mutation and verdict has its place on the reference page`() throws {
    let page = try Self.page()
    for rule in RuleReader.relaxations + RuleReader.requirements + RuleReader.hiddenForms {
      #expect(page.contains("### \(rule)"), "\(rule)")
    }
    for mutation in Mutation.allCases { #expect(page.contains { $0.hasPrefix("| `\(mutation.rawValue)` |") }) }
    for code in Verdict.Code.allCases { #expect(page.contains { $0.hasPrefix("| `\(code.rawValue)` |") }) }
    for heading in Parser.headings { #expect(page.contains("## \(heading)"), "\(heading)") }
  }
}
