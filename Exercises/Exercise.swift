/// A small program with a pool that goes wrong in some order, for a learner to repair.
package protocol ExerciseProgram: SendableMetatype {
  static func main() throws
}

/// What a learner is told of an exercise, and the two programs: the one to repair, and one that is right.
package struct Exercise: Sendable {
  package let id: String
  package let title: String
  /// What the program is meant to do.
  package let task: String
  /// From a nudge to nearly the answer.
  package let hints: [String]
  package let program: any ExerciseProgram.Type
  package let solution: any ExerciseProgram.Type

  /// Where the learner works, relative to the package.
  package var path: String { "Exercises/\(id).swift" }
  package var solutionPath: String { "Exercises/Solutions/\(id)Solution.swift" }
}

extension Exercise {
  /// All of them, the easy ones first.
  package static let all = [
    Exercise(
      id: "X1", title: "Who stays until the end?",
      task: "Two tasks greet Ada and Bob. Both greetings must come out, in either order.",
      hints: [
        "Which line of main runs while the tasks are still waiting for a worker?",
        "Leaving the block of a pool ends its workers, whatever they are doing.",
        "Close the pool and join it before the block is left.",
      ], program: X1.self, solution: X1Solution.self),
    Exercise(
      id: "X2", title: "Has everybody heard?",
      task: "Every worker is to know the greeting before it greets: “Good morning” twice, and never “?”.",
      hints: [
        "Two tasks teach the greeting. Who says that two workers take them?",
        "A task goes to whichever worker asks first; one worker may take both, and the other learns nothing.",
        "What every worker must do once, before its first task, is the business of an initializer.",
      ], program: X2.self, solution: X2Solution.self),
    Exercise(
      id: "X3", title: "Which answer is whose?",
      task: "Print the squares of 1, 2 and 3, each behind its number, in the order of the numbers.",
      hints: [
        "The numbers are counted in main. Do the results come in the same order?",
        "imapUnordered gives each result as soon as it is there, whichever it is.",
        "There is another way to iterate that keeps the order of the inputs.",
      ], program: X3.self, solution: X3Solution.self),
    Exercise(
      id: "X4", title: "Two lines that belong together",
      task: "Each task prints two lines; no line of another task may come between them.",
      hints: [
        "Where may the other worker go on, between two lines of a task?",
        "Every worker has been given a lock, and nobody takes it.",
        "Print both lines inside of withLock.",
      ], program: X4.self, solution: X4Solution.self),
    Exercise(
      id: "X5", title: "After you!",
      task: "Two transfers need two accounts each, and each account has a lock. Both must come to their end in every order.",
      hints: [
        "Look at the end of the picture: what does each worker wait for, and who has it?",
        "One transfer takes left and then right, the other right and then left.",
        "If everybody takes the locks in the same order, nobody can wait in a circle.",
      ], program: X5.self, solution: X5Solution.self),
    Exercise(
      id: "X6", title: "Is that all?",
      task: "Two tasks put their numbers on a queue; main prints both, in either order.",
      hints: [
        "isEmpty tells how it is now. What may happen right after?",
        "A queue that is empty may only mean that nobody has come so far.",
        "Take as many results as there are tasks: get waits until there is one.",
      ], program: X6.self, solution: X6Solution.self),
    Exercise(
      id: "X7", title: "The sum of everything so far",
      task: "Callbacks add up what the tasks return; main prints the sum of both, which is 6.",
      hints: [
        "In which thread do callbacks run, and when?",
        "main does not wait for the results before it prints.",
        "Once the pool has been closed and joined, every callback has run.",
      ], program: X7.self, solution: X7Solution.self),
  ]
}
