import Golden
import Multiprocessing

/// Finds the steps that make a run print a wanted output, which is legal.
///
/// The goldens follow a convention. Of the lanes, `main` is the main process, `thread-3` the third thread of the main
/// process; the others are workers. Of a worker's lines, one of the kind `init` is its initializer's,
/// one whose kind begins with `then-` is a later one of the task that it runs, any other is the first of a task. Where hidden
/// lanes take the tasks, a line of the kind `got` tells of what a task put on a queue, any other of what it returned.
struct StepPlanner {
  private static let main = "main"
  private static let initializer = "init"
  private static let later = "then-"
  private static let queued = "got"
  private static let thread = "thread-"

  private let output: Attribution

  init(_ output: Attribution) { self.output = output }

  func order() throws(ScenarioError) -> StepOrder {
    let steps = try output.queue.map { queue throws(ScenarioError) in try queueSteps(queue) } ?? lineSteps()
    return StepOrder(steps)
  }

  // MARK: Lanes that print

  /// A task that prints is taken right before it does; what is not printed is done after all that is.
  private func lineSteps() -> [StepOrder.Step] {
    var steps: [StepOrder.Step] = []
    for line in output.lines {
      let lane = Self.lane(of: line)
      if Self.beginsTask(line) { steps.append(.init(lane, .take)) }
      steps.append(.init(lane, .print))
    }
    // The first lane is as good as any.
    if let first = output.lines.first {
      steps += Array(repeating: .init(Self.lane(of: first), .take), count: output.hiddenEvents)
    }
    return steps
  }

  private static func beginsTask(_ line: Attribution.Line) -> Bool {
    line.lane != main && line.kind != initializer && !line.kind.hasPrefix(later)
  }

  private static func lane(of line: Attribution.Line) -> StepOrder.Lane {
    if line.lane == main { return .main }
    if let name = line.lane, name.hasPrefix(thread), let number = Int(name.dropFirst(thread.count)) {
      return .thread(number)
    }
    return line.isThread ? .thread(line.number) : .worker(line.number)
  }

  // MARK: One lane that prints what others hand in

  /// Workers take chunks as soon as they are free; each hands in its results in order, and each is printed at once.
  private func queueSteps(_ queue: Attribution.Queue) throws(ScenarioError) -> [StepOrder.Step] {
    var values: [Int: Double] = [:]
    for line in output.lines { if let task = line.task { values[task] = try Self.value(of: line) } }
    var steps: [StepOrder.Step] = []
    var free = Array(1...max(1, queue.workers))
    /// For each worker at work, the tasks of its chunk that it has not finished.
    var open: [Int: Range<Int>] = [:]
    var next = 0
    func take() {
      while next < queue.tasks, !free.isEmpty {
        let worker = free.removeFirst()
        let chunk = next..<min(next + queue.chunk, queue.tasks)
        next = chunk.upperBound
        open[worker] = chunk
        steps.append(.init(.worker(worker), .take))
        draw(worker)
      }
    }
    func draw(_ worker: Int) {
      guard let task = open[worker]?.first, let value = values[task] else { return }
      steps.append(.init(.worker(worker), .draw(value)))
    }
    take()
    for line in output.lines {
      guard let worker = open.first(where: { $0.value.first == line.task })?.key else {
        throw ScenarioError(.broken, "No worker can have finished the task of “\(line.text)” by then.")
      }
      steps.append(.init(.worker(worker), line.kind == Self.queued ? .put : .return))
      steps.append(.init(Self.lane(of: line), .print))
      open[worker]?.removeFirst()
      if open[worker]?.isEmpty == true {
        open[worker] = nil
        free.append(worker)
        take()
      } else {
        draw(worker)
      }
    }
    return steps
  }

  /// The number that prints as the line has it.
  private static func value(of line: Attribution.Line) throws(ScenarioError) -> Double? {
    guard let value = line.value else { return nil }
    guard line.text.hasSuffix(" \(value))") else {
      throw ScenarioError(
        .unprintable,
        "“\(line.text)” is legal, but a program prints the number in it as \(value).")
    }
    return value
  }
}
