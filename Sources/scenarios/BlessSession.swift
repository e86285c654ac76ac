import Golden
import ScenarioKit

/// One pass through the goldens, with the answers of a person or a fixed one.
struct BlessSession {
  enum Answer { case accept, skip, quit }

  struct Entry: Encodable {
    var id: String
    var file: String
    var status: String
    var reason: String?
    var changes: [Change] = []
    var gained: Int?
    var lost: Int?
    var gainedOutputs: [[String]] = []
    var lostOutputs: [[String]] = []
  }

  struct Change: Encodable {
    var line: Int
    var old: String
    var new: String
  }

  /// Given to each question; nil: a person is asked.
  var answer: Answer?
  let printed: Transcript?
  /// Nil: nothing is shown before the end.
  let style: Style?
  private var entries: [Entry] = []

  init(answer: Answer?, printed: Transcript?, style: Style?) {
    self.answer = answer
    self.printed = printed
    self.style = style
  }

  var isClean: Bool { !entries.contains { $0.status == "pending" || $0.status == "refused" } }

  mutating func review(_ review: GoldenReview) throws {
    var review = review
    guard try settle(review.numbers(), of: &review) else { return }
    let transcript = try printed ?? Self.transcript(of: review)
    guard try settle(review.output(transcript), of: &review) else { return }
    if entries.last?.id != review.scenario.id {
      entries.append(Entry(id: review.scenario.id, file: review.file.path, status: "nothing pending"))
    }
  }

  /// Shows a finding and does what is answered; false: it stays as it is.
  private mutating func settle(_ finding: GoldenReview.Finding, of review: inout GoldenReview) throws -> Bool {
    var entry = Entry(id: review.scenario.id, file: review.file.path, status: "pending")
    switch finding {
    case .nothingPending: return true
    case .refused(let reason):
      show(review, "\(reason.prefix(1).uppercased() + reason.dropFirst()).")
      entry.status = "refused"
      entry.reason = reason
      entries.append(entry)
      return false
    case .proposal(let proposal):
      let unknown = "There is no earlier version to compare with: which outputs are gained or lost is not known."
      show(review, proposal.description + (proposal.difference == nil ? "\n\n\(unknown)" : ""))
      entry.changes = proposal.changes.map { Change(line: $0.line, old: $0.old, new: $0.new) }
      entry.gained = proposal.difference?.gained
      entry.lost = proposal.difference?.lost
      entry.gainedOutputs = proposal.difference?.gainedOutputs ?? []
      entry.lostOutputs = proposal.difference?.lostOutputs ?? []
      if try ask() == .accept {
        try review.accept(proposal)
        entry.status = "accepted"
      }
      entries.append(entry)
      return entry.status == "accepted"
    }
  }

  private func show(_ review: GoldenReview, _ text: String) {
    guard let style else { return }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("+") ? style.green(String(line)) : line.hasPrefix("-") ? style.red(String(line)) : String(line)
    }
    Terminal.write(
      style.bold("\(review.scenario.id): \(review.file.path)") + "\n\n" + lines.map { $0.isEmpty ? "" : "  \($0)" }.joined(separator: "\n")
        + "\n\n")
  }

  private mutating func ask() throws -> Answer {
    if let answer { return answer }
    try Terminal.flush()
    while true {
      switch Terminal.ask("  a accept, s skip, q quit: ") {
      case "a", "accept": return .accept
      case "s", "skip": return .skip
      case "q", "quit", nil:
        answer = .skip
        return .quit
      default: Terminal.note("  Please answer a, s or q.\n")
      }
    }
  }

  private static func transcript(of review: GoldenReview) throws -> Transcript {
    let runner = try ScenarioRunner(environment: Terminal.environment)
    let captured = try runner.run(review.run())
    return captured.transcript
  }

  var summary: String {
    let pending = entries.count { $0.status == "pending" || $0.status == "refused" }
    let accepted = entries.count { $0.status == "accepted" }
    var parts = [pending == 0 ? "Nothing is pending" : "\(pending) pending"]
    if accepted > 0 { parts.append("\(accepted) accepted") }
    return parts.joined(separator: ", ") + ".\n"
  }

  var json: String { JSON.text(entries) }
}
