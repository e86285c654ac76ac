/// What a golden says of a transcript: whether it conforms, and if not, why not.
package struct Verdict: Sendable {
  /// The stable codes; where several fit, the first in this order is the verdict.
  package enum Code: String, CaseIterable, Hashable, Sendable {
    /// A correct program could have printed it.
    case conforms = "CONFORMS"
    /// Two lines run into one another.
    case tornLine = "TORN-LINE"
    /// A line that is none of the golden's.
    case unknownLine = "UNKNOWN-LINE"
    /// A name of a lane, a thread or a start method that is not the expected one.
    case name = "NAME"
    /// A number or a value out of its range.
    case value = "VALUE"
    /// Too many or too few lines, in all or in a lane.
    case count = "COUNT"
    /// Lines of one lane from two processes, or of two lanes from one.
    case binding = "BINDING"
    /// A line before another that must come first.
    case order = "ORDER"
    /// Tasks were not taken in order.
    case fifo = "FIFO"
    /// The last line does not end, or the run ended abnormally.
    case truncated = "TRUNCATED"
  }

  /// One step of a proof that an output is impossible: what must hold, and why.
  package struct Cause: Hashable, Sendable {
    package var text: String
    package var because: String
  }

  package var code: Code
  /// What is wrong, in one sentence; for a transcript that conforms, how it was judged.
  package var message: String
  /// The rule that is broken: its text, its reason and its line in the golden file.
  package var rule: Rule?
  /// The lines that show it, counted from 0.
  package var lines: [Int] = []
  /// The shortest chain of causes that closes the circle; empty where the message says it all.
  package var chain: [Cause] = []
  package var notes: [String] = []

  let program: Program
  let transcript: Transcript

  package var conforms: Bool { code == .conforms }
  package var because: String? { rule?.because }
  /// The line in the golden file that states the rule.
  package var goldenLine: Int? { rule?.line }
  /// The golden file and the line of the rule, as editors understand it.
  package var place: String { rule.map { "\(program.file):\($0.line)" } ?? program.file }

  /// The first line of any report: `CONFORMS`, or `REJECTED`, the code and what is wrong.
  package var headline: String {
    conforms ? "CONFORMS" : "REJECTED \(code.rawValue) \(message)"
  }
}
