/// An order of steps that a real run is to keep to, as a line that people can read: `w1.print, w1.take, w2.print, …`.
///
/// It says what is seen from outside, lanes and what they do, and nothing of how the library does it, so that a line that was
/// stored stays valid.
package struct StepOrder: Hashable, Sendable, CustomStringConvertible {
  /// Who does a step.
  package enum Lane: Hashable, Sendable {
    /// The main thread of the main process.
    case main
    /// A worker process, by the number in its name; the start method makes no difference.
    case worker(Int)
    /// Another thread of the main process, by the number in its name.
    case thread(Int)
  }

  /// What a lane does.
  package enum Deed: Hashable, Sendable {
    /// Prints a line.
    case print
    /// Takes the next chunk of tasks.
    case take
    /// Draws a random number, and gets this one.
    case draw(Double)
    /// Puts an element on a queue.
    case put
    /// Hands in the result of the chunk that it has taken.
    case `return`
  }

  package struct Step: Hashable, Sendable {
    package var lane: Lane
    package var deed: Deed

    package init(_ lane: Lane, _ deed: Deed) {
      self.lane = lane
      self.deed = deed
    }
  }

  package var steps: [Step]

  package init(_ steps: [Step]) { self.steps = steps }
}

// MARK: As text

extension StepOrder {
  /// Reads an order of steps, as its description has it; nil where the text is none.
  package init?(_ text: String) {
    steps = []
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    if parts.count == 1, text.allSatisfy({ $0 == " " }) { return }
    for part in parts {
      guard let step = Step(part.drop { $0 == " " }) else { return nil }
      steps.append(step)
    }
  }

  package var description: String { steps.map(\.description).joined(separator: ", ") }
}

extension StepOrder.Step: CustomStringConvertible {
  fileprivate init?(_ text: Substring) {
    guard let point = text.firstIndex(of: "."), let lane = StepOrder.Lane(text[..<point]) else { return nil }
    let words = text[text.index(after: point)...].split(separator: " ")
    switch (words.first, words.count) {
    case ("print", 1): self.init(lane, .print)
    case ("take", 1): self.init(lane, .take)
    case ("put", 1): self.init(lane, .put)
    case ("return", 1): self.init(lane, .return)
    case ("draw", 2):
      guard let value = Double(words[1]), value.isFinite else { return nil }
      self.init(lane, .draw(value))
    default: return nil
    }
  }

  package var description: String {
    switch deed {
    case .print: "\(lane).print"
    case .take: "\(lane).take"
    case .put: "\(lane).put"
    case .return: "\(lane).return"
    case .draw(let value): "\(lane).draw \(value)"
    }
  }
}

extension StepOrder.Lane: CustomStringConvertible {
  fileprivate init?(_ text: Substring) {
    guard text != "main" else {
      self = .main
      return
    }
    guard let number = Int(text.dropFirst()), (1...1_000_000).contains(number) else { return nil }
    switch text.first {
    case "w": self = .worker(number)
    case "t": self = .thread(number)
    default: return nil
    }
  }

  package var description: String {
    switch self {
    case .main: "main"
    case .worker(let number): "w\(number)"
    case .thread(let number): "t\(number)"
    }
  }

  /// The lane in a sentence.
  var words: String {
    switch self {
    case .main: "main"
    case .worker(let number): "worker \(number)"
    case .thread(let number): "thread \(number)"
    }
  }
}
