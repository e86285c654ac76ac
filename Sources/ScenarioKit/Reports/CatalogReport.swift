/// The list of examples.
package struct CatalogReport: Sendable {
  private let scenarios: [Scenario]
  private let style: Style

  package init(_ scenarios: [Scenario], style: Style = Style(isColoured: false)) {
    self.scenarios = scenarios
    self.style = style
  }

  /// The examples under the subjects of their documents, with what they show and where they run.
  package var text: String {
    let ids = scenarios.map(\.id.count).max() ?? 0
    let names = scenarios.map(\.name.count).max() ?? 0
    return Scenario.Document.allCases.compactMap { document in
      let members = scenarios.filter { $0.document == document }
      guard !members.isEmpty else { return nil }
      let lines = members.map { scenario in
        let id = scenario.id.padded(to: ids)
        let places = scenario.places.map(\.rawValue).joined(separator: ", ")
        return "  \(style.bold(id))  \(scenario.name.padded(to: names))  \(style.dim(places))\n"
          + String(repeating: " ", count: ids + 4) + scenario.shows
      }
      return ([style.bold("\(document.rawValue)  \(document.subject)")] + lines).joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  private struct Entry: Encodable {
    var id: String
    var name: String
    var document: String
    var subject: String
    var fragmentOf: String?
    var shows: String
    var places: [Place]
    var claims: [String]
  }

  /// One JSON array.
  package var json: String {
    JSON.text(
      scenarios.map {
        Entry(
          id: $0.id, name: $0.name, document: $0.document.rawValue, subject: $0.document.subject,
          fragmentOf: $0.whole, shows: $0.shows, places: $0.places, claims: $0.claims.map(\.id))
      })
  }
}

extension String {
  /// The text with spaces behind it, as wide as a column.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
