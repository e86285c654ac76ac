/// A learner's way through a walkthrough: where they are, what they have answered and chosen.
///
/// It knows nothing of terminals: commands go in, and what is to be seen is asked of it.
package struct WalkSession {
  /// A place where one stops.
  package enum Stop: Hashable, Sendable {
    /// A part of the story: before the run, or behind it.
    case page(Int)
    case afterword(Int)
    case question(Int)
    /// Behind a step, counted from 0.
    case step(Int)
    case goals
  }

  package enum Command: Hashable, Sendable {
    case forward, back, nextChoice, start, end, again
    /// Options of a question, or one of those who could move next; counted from 1.
    case numbers([Int])
  }

  private let walk: Walk
  package private(set) var run: Walk.Run
  package var walkthrough: Walkthrough { run.walkthrough }
  /// Whether the learner chooses at every choice.
  private let isChoosing: Bool
  private let first: Walk.Run
  private var index = 0
  /// The options that the learner holds for right, by the question; and the questions that were answered.
  package private(set) var marked: [Int: Set<Int>] = [:]
  package private(set) var revealed: Set<Int> = []

  package init(_ walk: Walk, _ run: Walk.Run, isChoosing: Bool) {
    self.walk = walk
    self.run = run
    self.isChoosing = isChoosing
    first = run
  }

  /// All stops in their order.
  package var stops: [Stop] {
    let walkthrough = walkthrough
    func questions(_ moment: Walkthrough.Question.Moment) -> [Stop] {
      walkthrough.questions.indices.filter { walkthrough.questions[$0].moment == moment }.map { Stop.question($0) }
    }
    return walkthrough.before.indices.map { Stop.page($0) } + questions(.before)
      + walkthrough.steps.indices.map { Stop.step($0) } + questions(.after)
      + walkthrough.after.indices.map { Stop.afterword($0) } + (walkthrough.goals.isEmpty ? [] : [.goals])
  }

  package var stop: Stop { stops[index] }
  package var isAtEnd: Bool { index + 1 == stops.count }

  /// Who could move next, where the learner may choose now.
  package var alternatives: [Walkthrough.Alternative] {
    guard let next = nextStep else { return [] }
    return walkthrough.steps[next].isChoice ? walkthrough.steps[next].alternatives : []
  }

  private var nextStep: Int? {
    guard index + 1 < stops.count, case .step(let next) = stops[index + 1] else { return nil }
    return next
  }

  /// Whether a choice is due: without one the learner cannot go on.
  package var mustChoose: Bool { isChoosing && !alternatives.isEmpty && !chosen.contains(nextStep ?? -1) }
  /// The steps that the learner has chosen.
  private var chosen: Set<Int> = []

  /// Does what the learner wants.
  ///
  /// - Returns: nil, or why it cannot be done, in a sentence.
  package mutating func perform(_ command: Command) -> String? {
    switch command {
    case .forward: return forward()
    case .back:
      guard index > 0 else { return "This is the beginning." }
      index -= 1
    case .nextChoice:
      guard !isAtEnd else { return "This is the end." }
      repeat { if let refused = forward() { return refused } } while alternatives.isEmpty && !isAtEnd && !isQuestion
    case .start: index = 0
    case .end:
      while !isAtEnd, forward() == nil {}
    case .again:
      run = first
      chosen = []
      index = stops.firstIndex(of: .step(0)) ?? 0
    case .numbers(let numbers): return choose(numbers)
    }
    return nil
  }

  private var isQuestion: Bool { if case .question = stop { true } else { false } }

  private mutating func forward() -> String? {
    if case .question(let question) = stop, revealed.insert(question).inserted { return nil }
    guard !isAtEnd else { return "This is the end." }
    guard !mustChoose else { return "Choose who moves: a number from 1 to \(alternatives.count)." }
    index += 1
    return nil
  }

  private mutating func choose(_ numbers: [Int]) -> String? {
    if case .question(let question) = stop {
      let count = walkthrough.questions[question].options.count
      guard !revealed.contains(question) else { return "This question is answered." }
      guard numbers.allSatisfy((1...count).contains) else { return Self.outOf(count) }
      // The same number again takes a mark back.
      for number in numbers { marked[question, default: []].formSymmetricDifference([number - 1]) }
      return nil
    }
    guard let next = nextStep, !alternatives.isEmpty else { return "There is nothing to choose here." }
    guard numbers.count == 1, (1...alternatives.count).contains(numbers[0]) else { return Self.outOf(alternatives.count) }
    if !alternatives[numbers[0] - 1].isChosen {
      run = walk.run(choosing: numbers[0] - 1, at: next, of: run)
      chosen = chosen.filter { $0 < next }
    }
    chosen.insert(next)
    index += 1
    return nil
  }

  private static func outOf(_ count: Int) -> String { "There is no such number here: it must be from 1 to \(count)." }
}
