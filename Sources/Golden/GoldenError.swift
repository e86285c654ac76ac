/// A golden, or a question asked of one, that cannot be answered; one sentence, and the place in the golden file.
package struct GoldenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong; callers may tell these apart, people read the message.
  package enum Code: String, Hashable, Sendable {
    /// The file does not follow the language.
    case syntax
    /// The file follows the language and says two things that cannot both hold.
    case contradiction
    /// A parameter from outside is unknown or has no meaning for this golden.
    case parameter
    /// The question needs more than the automaton's bound.
    case bound
  }

  package var code: Code
  package var message: String
  /// The golden file as its reader named it; empty for a parameter.
  package var file: String
  /// The line in the file, from 1; 0 where no line is to blame.
  package var line: Int
  /// The column in the line, in characters, from 1; 0 where no line is to blame.
  package var column: Int

  package init(_ code: Code, _ message: String, file: String = "", line: Int = 0, column: Int = 0) {
    self.code = code
    self.message = message
    self.file = file
    self.line = line
    self.column = column
  }

  package var description: String {
    if line > 0 { return "\(file):\(line):\(column): \(message)" }
    return file.isEmpty ? message : "\(file): \(message)"
  }
}
