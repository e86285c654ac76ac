/// What keeps a program from being simulated, or a simulation from giving an answer.
package struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Hashable, Sendable {
    /// The same choices led to different steps: something that the simulation does not see decides what happens.
    case notDeterministic
    /// The search was ended before it had an answer.
    case bound
  }

  package var code: Code
  /// One full sentence with the values involved.
  package var description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
