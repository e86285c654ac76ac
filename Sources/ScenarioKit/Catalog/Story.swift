/// An example's story, taken apart: what it tells, and what it says of each claim.
package struct Story: Hashable, Sendable {
  /// Everything before the claims.
  package let body: String

  /// The sentences on the claims, by id; the story lists them at its end as `- P1: sentence`.
  package let claims: [String: String]

  static let heading = "\n## Claims\n"

  package init(_ text: String) {
    guard let range = text.firstRange(of: Self.heading) else {
      body = text
      claims = [:]
      return
    }
    body = String(text[..<range.lowerBound])
    var claims: [String: String] = [:]
    var current: String?
    for line in text[range.upperBound...].split(separator: "\n") {
      if line.hasPrefix("- "), let colon = line.firstIndex(of: ":") {
        let id = String(line.dropFirst(2)[..<colon])
        current = id
        claims[id] = String(line[colon...].dropFirst(2))
      } else if let current {
        // A sentence that goes on in the next line.
        claims[current, default: ""] += " " + line.drop { $0 == " " }
      }
    }
    self.claims = claims
  }
}
