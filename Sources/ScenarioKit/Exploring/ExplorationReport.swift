import Golden
import Simulation

/// An exploration as a page for people.
package struct ExplorationReport {
  private let result: ExplorationResult
  private let style: Style

  package init(_ result: ExplorationResult, style: Style = Style(isColoured: false)) {
    self.result = result
    self.style = style
  }

  private var subject: SimulatedScenario { result.subject }

  package var text: String {
    var lines = [style.bold("\(subject.scenario.id) \(subject.scenario.name)") + ": \(subject.size), \(manner)", ""]
    lines += entry("outputs", [outputs])
    if !result.classes.isEmpty { lines += entry("classes", classes) }
    if let reversals = result.reversals { lines += entry("reversals", [self.reversals(reversals)]) }
    lines += entry("orders", [orders])
    if let states = result.states {
      lines += entry("states", ["\(states.grouped) met in \(result.steps.grouped) steps"])
    }
    lines += entry("alike", subject.alike.isEmpty ? ["nothing: every worker and every task shows"] : subject.alike)
    lines += entry("failures", failures)
    if result.checked > 0 {
      lines += entry("guard", ["\(result.checked.grouped) schedules replayed: the same steps and lines"])
    }
    lines += entry("claim", claim)
    lines += entry("time", [time])
    for output in result.illegal.prefix(3) {
      lines += ["", style.red("Printed, and the golden forbids it:")] + describe(output)
    }
    if result.isExhaustive, result.missingCount > 0 {
      lines += [
        "", style.red("The golden allows it, and no order prints it (\(result.missingCount.grouped) such outputs):"),
      ]
      for output in result.missing { lines += [""] + output.map { "  \($0)" } }
    }
    if !result.failures.isEmpty || !result.illegal.isEmpty {
      lines += ["", style.red("The smallest that goes wrong:")] + Failure.lines(of: result).map { "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func entry(_ name: String, _ texts: [String]) -> [String] {
    texts.enumerated().map { "  " + style.dim(($0.offset == 0 ? name : "").padded(to: 11)) + $0.element }
  }

  private var manner: String {
    switch result.exploration.search {
    case .exhaustive where result.isExhaustive: "every order explored"
    case .exhaustive: "explored in part"
    case .random: "orders drawn at random"
    case .pct: "orders drawn with changing priorities"
    }
  }

  private var outputs: String {
    guard let count = result.outputCount else { return "more than fit a number" }
    guard let legal = result.legalCount else { return "\(count.grouped); the golden cannot count them at this size" }
    if result.isExhaustive {
      let equal = count == legal && result.isEqual
      return
        "\(count.grouped); the golden counts \(legal.grouped): \(equal ? style.green("equal") : style.red("not equal"))"
    }
    let good = count - result.illegal.count
    return "\(good.grouped) of the \(legal.grouped) that the golden counts"
      + (result.illegal.isEmpty ? "" : style.red(", and \(result.illegal.count.grouped) that it forbids"))
  }

  private var classes: [String] {
    let shown = result.classes.prefix(24)
    let width = shown.map(\.name.count).max() ?? 0
    let found = result.classes.count { $0.found > 0 }
    var lines = ["\(found) of \(result.classes.count)"]
    lines += shown.map { entry in
      let of = entry.legal.map { entry.found == $0 ? "" : " of \($0.grouped)" } ?? ""
      return "  \(entry.name.padded(to: width))  \(entry.found.grouped)\(of)"
    }
    if result.classes.count > shown.count { lines.append("  and \(result.classes.count - shown.count) more") }
    return lines
  }

  private func reversals(_ reversals: (found: Int, of: Int?)) -> String {
    let of = reversals.of.map { " of \($0.grouped)" } ?? ""
    return "\(reversals.found.grouped)\(of) pairs of lines came in both orders"
  }

  private var orders: String {
    guard result.exploration.search == .exhaustive else { return "\(result.runs.grouped) schedules run" }
    let all = result.orders.map { "\(Self.large($0)) orders" } ?? "all orders"
    let run = Wording.count(result.runs, "schedule").replacingNumber(result.runs)
    return result.isExhaustive ? "\(run) run stand for \(all)" : "\(run) run; there are more"
  }

  private var failures: [String] {
    guard !result.failures.isEmpty else { return ["none: no order hangs, fails or loses a line"] }
    return [style.red("\(result.failures.count.grouped) schedules fail")]
  }

  private var claim: [String] {
    let bounds = "no worker dies, no deadline passes early, and memory between two steps is in order"
    guard result.isExhaustive else {
      return ["some orders at this size and nothing about the others", "where \(bounds)"]
    }
    return ["every order of the real pool code's steps at this size", "where \(bounds)"]
  }

  private var time: String {
    let seconds = result.duration / .seconds(1)
    let speed = seconds > 0 ? Int(Double(result.runs) / seconds) : 0
    return "\(Self.decimal(seconds)) s, \(speed.grouped) schedules a second"
  }

  private func describe(_ output: (lines: [String], verdict: Verdict)) -> [String] {
    ["", "  " + output.verdict.headline] + output.lines.map { "    \($0)" }
  }

  /// A number as people read it: exact where it is small.
  static func large(_ number: Double) -> String {
    guard number >= 1e7 else { return Int(number).grouped }
    var mantissa = number
    var exponent = 0
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    return "\(decimal(mantissa)) · 10^\(exponent)"
  }

  static func decimal(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension String {
  /// A counted noun with its number grouped.
  fileprivate func replacingNumber(_ number: Int) -> String { number.grouped + dropFirst(String(number).count) }
}
