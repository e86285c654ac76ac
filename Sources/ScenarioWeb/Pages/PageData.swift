import FoundationEssentials

/// What a page's script works on.
struct PageData: Encodable {
  struct Run: Encodable {
    var id: String
    var title: String
    var timeline: Timeline
  }

  struct Output: Encodable {
    var title: String
    var group: String
    var timeline: Timeline
    /// The spots that printed it, with how often.
    var seen: [String]
    /// The numbers of those spots.
    var spots: [Int]
  }

  var runs: [Run]
  var outputs: [Output]

  /// JSON that may stand in an element of HTML.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
      .replacing("<", with: "\\u003c").replacing("\u{2028}", with: "\\u2028").replacing("\u{2029}", with: "\\u2029")
  }
}
