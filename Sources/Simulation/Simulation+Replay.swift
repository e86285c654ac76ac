/// Running the same schedule again.
extension Simulation {
  /// Runs a schedule again and compares: the same choices must lead to the same steps, labels and lines.
  ///
  /// Steps without a label, which nobody looked at, are compared by their choice only.
  /// - Throws: `notDeterministic` with the step from which on it is another run.
  @discardableResult
  package func replay(_ result: RunResult) throws(SimulationError) -> RunResult {
    var fault: SimulationError?
    let again = run { [self] world, choices in
      let step = world.steps.count
      if fault == nil,
        let index = choices.firstIndex(where: { step < result.steps.count && $0 == result.steps[step].choice })
      {
        return index
      }
      if fault == nil { fault = .notDeterministic(world, program) }
      return nil
    }
    if let fault { throw fault }
    for (index, (first, second)) in zip(result.steps, again.steps).enumerated() {
      let isSame =
        first.choice == second.choice && first.lines == second.lines
        && (first.label.isEmpty || second.label.isEmpty || first.label == second.label)
        && result.output[first.lines] == again.output[second.lines]
      guard isSame else { throw .notDeterministic(program, index + 1, first, second) }
    }
    guard result.steps.count == again.steps.count, result.lines == again.lines, result.ending == again.ending else {
      throw SimulationError(
        .notDeterministic,
        """
        \(program.name) is not deterministic: the same choices end after \(result.steps.count) and after \
        \(again.steps.count) steps, as \(result.ending) and as \(again.ending).
        """)
    }
    return again
  }
}

extension SimulationError {
  /// The same choices have led to another step than before.
  static func notDeterministic(_ world: SimulatedWorld, _ program: Program) -> SimulationError {
    let step = world.steps.last.map { "after step \(world.steps.count), \($0.label)," } ?? "at its start"
    return SimulationError(
      .notDeterministic,
      "\(program.name) is not deterministic: \(step) the same choices lead to something else than before.")
  }

  static func notDeterministic(_ program: Program, _ number: Int, _ first: Step, _ second: Step) -> SimulationError {
    SimulationError(
      .notDeterministic,
      """
      \(program.name) is not deterministic: with the same choices step \(number) is \(first.label) once and \
      \(second.label) again, or prints something else.
      """)
  }
}
