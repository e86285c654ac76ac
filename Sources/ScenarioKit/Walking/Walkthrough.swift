/// One run of an example, taken apart for a learner: what each process and thread did, where it stood in the program, what had
/// come out by then, and what could have happened instead.
///
/// A plain value, made by running the real pool code in a simulated world; a terminal and a page show the same.
package struct Walkthrough: Codable, Hashable, Sendable {
  /// A part of the example's story, to be read before or after the run.
  package struct Page: Codable, Hashable, Sendable {
    package var title: String
    /// Each a paragraph on one line; a point of a list begins with `- `.
    package var paragraphs: [String]
  }

  /// A program's text.
  package struct Program: Codable, Hashable, Sendable {
    /// The path in the package.
    package var path: String
    package var lines: [String]
  }

  /// A process or a thread.
  package struct Lane: Codable, Hashable, Sendable {
    package enum Role: String, Codable, Hashable, Sendable {
      case main, worker
      /// One of the pool's three helper threads.
      case helper
    }

    /// What steps call it, such as `w1`.
    package var id: String
    /// What people call it, such as `worker 1`.
    package var name: String
    /// The name of its process, such as `SpawnPoolWorker-1`.
    package var process: String
    /// The name of the thread, such as `MainThread`.
    package var thread: String
    package var role: Role
    /// The number of the step with which it comes into being, from 1.
    package var firstStep: Int
  }

  /// One way in which the run could have gone on.
  package struct Alternative: Codable, Hashable, Sendable {
    package var lane: String
    /// What it would do, such as `takes task 3`.
    package var text: String
    package var isChosen: Bool
  }

  /// A position in the two programs, lines counted from 1; nil where nothing there is about it.
  package struct Position: Codable, Hashable, Sendable {
    package var swift: Int?
    package var python: Int?

    package init(swift: Int? = nil, python: Int? = nil) {
      self.swift = swift
      self.python = python
    }
  }

  package struct Step: Codable, Hashable, Sendable {
    /// The lane that moved.
    package var lane: String
    /// What schedules call the step, such as `w1.take 2`.
    package var label: String
    /// What happened, in a sentence.
    package var sentence: String
    /// What the pool did on its own account since the step before, in sentences.
    package var meanwhile: [String]
    /// What can be learned from it, in sentences; nil for most.
    package var remark: String?
    /// Where the lane is now.
    package var position: Position
    /// What the program printed in this step, whether it is out or in a buffer.
    package var printed: [String]
    /// How many lines have come out by the end of the step.
    package var outputCount: Int
    /// Who could have moved; empty where nobody else could.
    package var alternatives: [Alternative]

    package var isChoice: Bool { alternatives.count > 1 }
  }

  /// A line that came out.
  package struct Line: Codable, Hashable, Sendable {
    package var lane: String
    package var text: String
  }

  package var id: String
  package var title: String
  /// What it shows, in one sentence.
  package var shows: String
  /// How its workers are started; `thread` for a pool of threads.
  package var place: Place
  package var before: [Page]
  package var after: [Page]
  package var swift: Program
  package var python: Program
  package var lanes: [Lane]
  package var steps: [Step]
  /// All lines that came out, in their order.
  package var output: [Line]
  /// How the run ended, in a sentence.
  package var ending: String
  /// The run as one line that `replay --schedule` follows.
  package var schedule: String
  /// Whether the output is the documented one, with the names that it has at this place.
  package var isDocumented: Bool
  /// How often another process or thread than before did something that shows.
  package var switches: Int
  package var questions: [Question]
  package var goals: [Goal]

  package func lane(_ id: String) -> Lane? { lanes.first { $0.id == id } }

  /// One JSON object.
  package var json: String { JSON.text(self) }
}

extension Walkthrough {
  /// A question whose answer is computed.
  package struct Question: Codable, Hashable, Sendable {
    package enum Moment: String, Codable, Hashable, Sendable { case before, after }

    package struct Option: Codable, Hashable, Sendable {
      /// What may be chosen: lines of an output, or one line with an answer.
      package var lines: [String]
      package var isRight: Bool
      /// Why, in a sentence or a few.
      package var why: [String]
    }

    package var moment: Moment
    package var prompt: String
    package var options: [Option]
  }

  /// Something for the learner to bring about by choosing who moves.
  package struct Goal: Codable, Hashable, Sendable {
    package var id: String
    package var text: String
    /// Whether this run reaches it.
    package var isReached: Bool
    /// A run that reaches it, as a line that `walk --schedule` follows.
    package var solution: String
  }
}
