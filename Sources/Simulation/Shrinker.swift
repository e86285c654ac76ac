/// Makes a failure small: the fewest workers and tasks with which a program fails, and of its failing orders there the one
/// with the fewest choices.
package struct Shrinker {
  /// The smallest failure found.
  package struct Failure: Sendable {
    package var workers: Int
    package var tasks: Int
    package var run: RunResult
    /// Whether no order with fewer choices fails at this size.
    package var isShortest: Bool
  }

  private let make: (_ workers: Int, _ tasks: Int) -> Simulation
  private let isLegal: (_ lines: [String], _ workers: Int, _ tasks: Int) -> Bool
  /// How many schedules are run at each size, and for the shortest.
  private let runLimit: Int

  /// - Parameters:
  ///   - make: the program at a size.
  ///   - isLegal: whether a run that ended well may print these lines at that size.
  package init(
    runLimit: Int = 5000, make: @escaping (_ workers: Int, _ tasks: Int) -> Simulation,
    isLegal: @escaping (_ lines: [String], _ workers: Int, _ tasks: Int) -> Bool
  ) {
    self.runLimit = runLimit
    self.make = make
    self.isLegal = isLegal
  }

  /// The smallest failure at up to so many workers and tasks; nil where none was met.
  package func smallest(workers: Int, tasks: Int) -> Failure? {
    let sizes = (1...max(1, workers)).flatMap { workers in (1...max(1, tasks)).map { (workers, $0) } }
    for (workers, tasks) in sizes.sorted(by: { ($0.0 + $0.1, $0.0) < ($1.0 + $1.1, $1.0) }) {
      if let failure = failure(workers, tasks) { return failure }
    }
    return nil
  }

  private func failure(_ workers: Int, _ tasks: Int) -> Failure? {
    let explorer = Explorer(make(workers, tasks))
    explorer.explore(runLimit: runLimit)
    let finder = ScheduleFinder(make(workers, tasks), runLimit: runLimit)
    if let met = explorer.failures.min(by: { $0.labels.count < $1.labels.count }) {
      let shortest = (try? finder.shortestFailure()) ?? nil
      return Failure(workers: workers, tasks: tasks, run: shortest ?? met, isShortest: shortest != nil)
    }
    let illegal = explorer.graph.outputs(limit: runLimit).filter { !isLegal($0, workers, tasks) }
    // Those with the fewest lines first; a few are enough to find a short order.
    let runs = illegal.sorted { $0.count < $1.count }.prefix(4).compactMap { lines in
      (try? finder.shortestRun(printing: lines)) ?? (try? finder.run(printing: lines)) ?? nil
    }
    guard let run = runs.min(by: { $0.labels.count < $1.labels.count }) else { return nil }
    return Failure(workers: workers, tasks: tasks, run: run, isShortest: illegal.count <= 4)
  }
}
