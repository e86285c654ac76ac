import FoundationEssentials
import Glibc
import Multiprocessing
import Synchronization

/// Pool programs on this package's own pools.
package enum SwiftPrograms {
  /// Runs the programs of a file, one JSON text a line, and prints a line of observations for each.
  ///
  /// To be called on the main thread of a process of its own, which a program that hangs ends by an alarm.
  package static func main(file: String) throws {
    let text = String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let program = try JSONDecoder().decode(PoolProgram.self, from: Data(line.utf8))
      // As many seconds as CPython gets.
      alarm(90)
      let observations = observe(program)
      alarm(0)
      print(String(decoding: try JSONEncoder().encode(observations), as: UTF8.self), flush: true)
    }
  }

  @available(*, noasync, message: "observe blocks until the program has ended")
  private static func observe(_ program: PoolProgram) -> [Observation] {
    // Threads of a pool share main's variable.
    ProgramState.initial.value = 0
    do {
      let run = try SwiftProgramRun(program)
      let observations = program.steps.map(run.observe)
      run.finish()
      return observations
    } catch {
      return [observation(of: error)]
    }
  }

  /// An error in CPython's words, so far as the two mean the same.
  static func observation(of error: any Error) -> Observation {
    switch error {
    case let error as ItemError: return .error("ValueError", error.message)
    case is NoResult: return .error("NoResult", "")
    case let error as MultiprocessingError:
      if let cause = error.cause { return observation(of: cause) }
      switch error.code {
      case .timeout: return .error("TimeoutError", "")
      case .notReady: return .error("ValueError", "result not ready")
      case .poolNotRunning, .poolStillRunning, .invalidArgument: return .error("ValueError", error.message)
      default: return .error("\(error.code)", error.message)
      }
    default: return .error("\(type(of: error))", "\(error)")
    }
  }
}

/// The step speaks of a result that was never made, for the call that should have made it threw.
private struct NoResult: Error {}

/// One program on its pool.
private final class SwiftProgramRun {
  /// An asynchronous result, whatever its type.
  private struct Slot {
    var get: (Duration?) throws -> Observation
    var wait: () -> Void
    var ready: () -> Bool
    var successful: () throws -> Bool
  }

  private let program: PoolProgram
  private let pool: Pool
  private var slots: [Int: Slot] = [:]
  private let called = Called()

  /// What callbacks have seen; they run on another thread.
  private final class Called: Sendable {
    private let seen = Mutex<[Observation]>([])

    var observations: [Observation] { seen.withLock { $0 } }

    func add(_ observation: Observation) { seen.withLock { $0.append(observation) } }
  }

  init(_ program: PoolProgram) throws {
    self.program = program
    let initializer = program.initial.map(SetState.init(value:))
    if program.kind == .thread {
      pool = try ThreadPool(processes: program.workers, initializer: initializer)
    } else {
      let method = try StartMethod(named: program.kind.rawValue)
      pool = try Pool(
        processes: program.workers, initializer: initializer, maxTasksPerChild: program.maxTasksPerChild,
        context: Context(method))
    }
  }

  func finish() {
    pool.terminate()
    // After a regular terminate there is nothing that join could throw.
    try? pool.join()
  }

  func observe(_ step: PoolProgram.Step) -> Observation {
    do {
      return try perform(step)
    } catch {
      return SwiftPrograms.observation(of: error)
    }
  }

  private func perform(_ step: PoolProgram.Step) throws -> Observation {
    switch step.operation {
    case .close: pool.close()
    case .terminate: pool.terminate()
    case .join: try pool.join()
    case .callbacks: return .list(called.observations)
    case .wait: try slot(step).wait()
    case .get: return try slot(step).get(step.timeout.map { .milliseconds($0) })
    case .ready: return .bool(try slot(step).ready())
    case .successful: return .bool(try slot(step).successful())
    case .starmap:
      let items = (step.items ?? []).map { ($0, 1) }
      return try pool.starmap(AddTwo.self, items, chunkSize: step.chunkSize).observation
    case .apply, .applyAsync, .map, .mapAsync, .imap, .imapUnordered:
      switch step.function ?? .square {
      case .square: return try perform(step, SquareItem.self)
      case .checked: return try perform(step, CheckItem.self)
      case .text: return try perform(step, ItemText.self)
      case .state: return try perform(step, AddState.self)
      case .nap: return try perform(step, Nap.self)
      case .die: return try perform(step, Die.self)
      case .name:
        return program.kind == .thread ? try perform(step, ThreadName.self) : try perform(step, ProcessName.self)
      }
    }
    return .none
  }

  private func perform<Function: PoolFunction>(
    _ step: PoolProgram.Step, _ function: Function.Type
  ) throws -> Observation where Function.Input == Int, Function.Output: Observable {
    let items = step.items ?? []
    let called = step.callback == true ? called : nil
    let errorCallback: (@Sendable (any Error) -> Void)? = called.map { called in
      { @Sendable error in called.add(SwiftPrograms.observation(of: error)) }
    }
    switch step.operation {
    case .apply: return try pool.apply(function, items[0]).observation
    case .applyAsync:
      let callback = called.map { called in { @Sendable (value: Function.Output) in called.add(value.observation) } }
      keep(step, try pool.applyAsync(function, items[0], callback: callback, errorCallback: errorCallback))
    case .map: return try pool.map(function, items, chunkSize: step.chunkSize).observation
    case .mapAsync:
      let callback = called.map { called in { @Sendable (values: [Function.Output]) in called.add(values.observation) }
      }
      keep(
        step,
        try pool.mapAsync(
          function, items, chunkSize: step.chunkSize, callback: callback, errorCallback: errorCallback))
    case .imap: return consume(try pool.imap(function, items, chunkSize: step.chunkSize ?? 1))
    case .imapUnordered: return consume(try pool.imapUnordered(function, items, chunkSize: step.chunkSize ?? 1))
    default: break
    }
    return .none
  }

  /// Takes results until the iterator says that it has ended; errors are results as well.
  private func consume<Output: Observable>(_ results: PoolIterator<Output>) -> Observation {
    var seen: [Observation] = []
    while true {
      do {
        guard let next = try results.next() else { return .list(seen) }
        seen.append(next.observation)
      } catch {
        seen.append(SwiftPrograms.observation(of: error))
      }
    }
  }

  private func keep<Value: Observable>(_ step: PoolProgram.Step, _ result: AsyncResult<Value>) {
    slots[step.slot ?? 0] = Slot(
      get: { try result.get(timeout: $0).observation }, wait: { result.wait() }, ready: { result.isReady },
      successful: { try result.successful() })
  }

  private func slot(_ step: PoolProgram.Step) throws -> Slot {
    guard let slot = slots[step.slot ?? 0] else { throw NoResult() }
    return slot
  }
}

/// A value that can be told in words that all implementations share.
protocol Observable: Sendable {
  var observation: Observation { get }
}

extension Int: Observable { var observation: Observation { .int(self) } }
extension String: Observable { var observation: Observation { .text(self) } }
extension Array: Observable where Element: Observable { var observation: Observation { .list(map(\.observation)) } }
