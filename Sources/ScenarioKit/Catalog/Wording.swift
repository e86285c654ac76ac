/// Small parts of sentences.
package enum Wording {
  /// `a, b and c`.
  package static func list(_ words: [String], _ conjunction: String) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
  }

  /// `1 run`, `2 runs`.
  package static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? singular : plural ?? singular + "s")"
  }

  /// The names that are most like what somebody typed, the most similar first.
  static func nearest(to typed: String, among names: [String], limit: Int = 3) -> [String] {
    let ranked = names.map { (name: $0, distance: distance(typed.lowercased(), $0.lowercased())) }
      .enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }.map(\.element)
    guard let best = ranked.first else { return [] }
    // The best, and those that are not much worse.
    return ranked.prefix(limit).filter { $0.distance <= best.distance + 1 }.map(\.name)
  }

  /// How many letters must be changed, added or removed to make one text from the other.
  private static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.unicodeScalars.prefix(64))
    let b = Array(b.unicodeScalars.prefix(64))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(diagonal + (x == y ? 0 : 1), above + 1, row[j] + 1)
        diagonal = above
      }
    }
    return row[b.count]
  }
}
