/// A small program on one pool, as data: every implementation of the interface can run it.
///
/// Programs are made so that what each step sees is the same in every legal schedule, or the same as a set. What an
/// implementation saw is a list of `Observation`, one a step.
package struct PoolProgram: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    case thread, fork, spawn, forkserver
  }

  /// What a task does with its item.
  package enum Function: String, Hashable, Sendable, Codable, CaseIterable {
    /// Its square.
    case square
    /// The item itself; a negative one raises an error `negative item N`.
    case checked
    /// The text `item N`.
    case text
    /// The item plus what the initializer put into a global, 0 without an initializer.
    case state
    /// The item, after as many milliseconds.
    case nap
    /// The name of the worker: its process's, or its thread's in a pool of threads.
    case name
    /// Nothing: it ends its worker process on the spot, with the item as exit status.
    case die
  }

  package struct Step: Hashable, Sendable, Codable {
    package enum Operation: String, Hashable, Sendable, Codable, CaseIterable {
      case apply, applyAsync, map, mapAsync, starmap, imap, imapUnordered
      case get, wait, ready, successful, callbacks
      case close, terminate, join
    }

    package var operation: Operation
    package var function: Function?
    package var items: [Int]?
    package var chunkSize: Int?
    /// The number of an asynchronous result: made by `applyAsync` and `mapAsync`, used by `get`, `wait` and so on.
    package var slot: Int?
    /// Milliseconds, for `get`; without it there is no limit.
    package var timeout: Int?
    /// Whether values and errors are reported to the program's callbacks.
    package var callback: Bool?

    package init(
      _ operation: Operation, _ function: Function? = nil, items: [Int]? = nil, chunkSize: Int? = nil,
      slot: Int? = nil, timeout: Int? = nil, callback: Bool? = nil
    ) {
      self.operation = operation
      self.function = function
      self.items = items
      self.chunkSize = chunkSize
      self.slot = slot
      self.timeout = timeout
      self.callback = callback
    }
  }

  package var kind: Kind
  package var workers: Int
  /// What the initializer puts into a global; nil means that the pool has no initializer.
  package var initial: Int?
  package var maxTasksPerChild: Int?
  package var steps: [Step]

  package init(
    kind: Kind, workers: Int, initial: Int? = nil, maxTasksPerChild: Int? = nil, steps: [Step]
  ) {
    self.kind = kind
    self.workers = workers
    self.initial = initial
    self.maxTasksPerChild = maxTasksPerChild
    self.steps = steps
  }
}

extension PoolProgram: CustomStringConvertible {
  /// The program as a person would write it, a step a line.
  package var description: String {
    var arguments = ["\(workers)"]
    if let initial { arguments.append("initializer: state = \(initial)") }
    if let maxTasksPerChild { arguments.append("maxTasksPerChild: \(maxTasksPerChild)") }
    return (["pool(\(kind.rawValue), \(arguments.joined(separator: ", ")))"] + steps.map(\.description))
      .joined(separator: "\n")
  }
}

extension PoolProgram.Step: CustomStringConvertible {
  package var description: String {
    var arguments: [String] = []
    if let function { arguments.append(function.rawValue) }
    if let items { arguments.append("\(items)") }
    if let chunkSize { arguments.append("chunkSize: \(chunkSize)") }
    if let timeout { arguments.append("timeout: \(timeout) ms") }
    if callback == true { arguments.append("callback") }
    let call = "\(operation.rawValue)(\(arguments.joined(separator: ", ")))"
    switch (operation, slot) {
    case (.applyAsync, let slot?), (.mapAsync, let slot?): return "  r\(slot) = \(call)"
    case (_, let slot?): return "  r\(slot).\(call)"
    case (_, nil): return "  \(call)"
    }
  }
}
