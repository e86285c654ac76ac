import Foundation
import Testing

/// The comments of the public interface. That there is one for every symbol, and that it names its parameters, is checked where
/// the documentation is built.
@Suite struct PublicCommentTests {
  struct Declaration: Sendable, CustomTestStringConvertible {
    var place: String
    var comment: [String]
    var signature: String
    var testDescription: String { place }

    /// The first paragraph: what lists of symbols show.
    var summary: String { comment.prefix { !$0.isEmpty }.joined(separator: " ") }
  }

  /// What begins with `public` in the sources of the library.
  static let all: [Declaration] = {
    let folder = "\(Executable.root)/Sources/Multiprocessing"
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
    return (files ?? []).sorted().flatMap { file in
      let text = (try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)) ?? ""
      let lines = text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      return lines.indices.filter { lines[$0].hasPrefix("public ") }.map { index in
        let above = lines[..<index].reversed().drop { $0.hasPrefix("@") }.prefix { $0.hasPrefix("///") }
        let comment = above.reversed().map { $0.dropFirst(3).trimmingCharacters(in: .whitespaces) }
        let end = lines[index...].firstIndex { $0.contains("{") } ?? index
        let signature = lines[index...min(end, index + 12)].joined(separator: " ").prefix { $0 != "{" }
        return Declaration(place: "\(file):\(index + 1)", comment: comment, signature: String(signature))
      }
    }
  }()

  @Test func `the interface is found`() {
    #expect(Self.all.count > 200)
  }

  @Test func `the first sentence is short enough for a list`() {
    for declaration in Self.all where declaration.signature.contains("public") {
      let isShort = (1...150).contains(declaration.summary.count)
      #expect(isShort, "\(declaration.place): \(declaration.summary.count) characters: \(declaration.summary)")
    }
  }

  @Test func `what throws and blocks says what it throws`() {
    for declaration in Self.all where declaration.signature.contains(/\) throws/) {
      // For the library's own use, and made by the compiler in its place.
      if declaration.signature.contains(/__(en|de)code|init\(from|encode\(to/) { continue }
      let comment = declaration.comment.joined(separator: " ").lowercased()
      #expect(comment.contains("throw"), "\(declaration.place) does not say what it throws.")
    }
  }
}
