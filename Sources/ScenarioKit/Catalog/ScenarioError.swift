/// Input that makes no sense: an unknown example, place or profile, a file that cannot be read.
package struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Hashable, Sendable {
    case unknownCommand
    case unknownExample
    case unknownPlace
    case unknownProfile
    /// The example does not run at that place.
    case impossiblePlace
    /// A number out of its range.
    case invalidNumber
    /// A text that is no order of steps.
    case invalidSteps
    /// A legal output that has a number as no program prints it.
    case unprintable
    /// Options that exclude each other.
    case contradiction
    case unreadable
    /// No CPython, or not the one that was named.
    case noPython
    /// A package whose pools no CPython here can use.
    case unusableModule
    case unwritable
    /// The build carries no such text, or a golden that cannot be read.
    case broken
  }

  package var code: Code

  /// One full sentence with the values involved.
  package var description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

extension ScenarioError {
  /// A first argument that is no command.
  package static func unknownCommand(_ name: String, among commands: [String]) -> ScenarioError {
    let nearest = Wording.list(Wording.nearest(to: name, among: commands, limit: 2), "and")
    return ScenarioError(
      .unknownCommand, "“\(name)” is not a command; the nearest: \(nearest); all: scenarios --help.")
  }
}
