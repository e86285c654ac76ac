/// The rules of a golden with their reasons, as its text states them.
struct GoldenRules: Sendable {
  struct Rule: Sendable {
    var text: String
    var because: String
  }

  private(set) var mayVary: [Rule] = []
  private(set) var mustHold: [Rule] = []

  init(_ golden: String) {
    var section = ""
    var rule: String?
    for line in golden.split(separator: "\n") where !line.hasPrefix("#") {
      let text = line.drop { $0 == " " }
      switch line.count - text.count {
      case 0: section = String(text)
      case 2: rule = String(text)
      default:
        guard let stated = rule, text.hasPrefix("because ") else { continue }
        let because = text.dropFirst("because ".count).filter { $0 != "\"" }
        let entry = Rule(text: stated, because: String(because))
        if section == "may vary" { mayVary.append(entry) }
        if section == "must hold" { mustHold.append(entry) }
      }
    }
  }
}
