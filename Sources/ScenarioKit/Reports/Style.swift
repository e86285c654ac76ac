/// Colour on a terminal, where it helps.
package struct Style: Hashable, Sendable {
  /// Whether escape codes are written at all.
  package var isColoured: Bool

  package init(isColoured: Bool) { self.isColoured = isColoured }

  /// Colour only on a terminal that has it and whose user has not declined it (https://no-color.org).
  package init(isTerminal: Bool, environment: [String: String]) {
    let isDeclined = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    isColoured = isTerminal && !isDeclined && environment["TERM"] != "dumb"
  }

  package func bold(_ text: String) -> String { wrap(text, 1) }
  package func dim(_ text: String) -> String { wrap(text, 2) }
  package func red(_ text: String) -> String { wrap(text, 31) }
  package func green(_ text: String) -> String { wrap(text, 32) }

  private func wrap(_ text: String, _ code: Int) -> String {
    isColoured && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
