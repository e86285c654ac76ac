import Glibc
import Multiprocessing

// What the tasks of pool programs do, as functions of this package; the Python ones are in differential.py.

/// The variable that the initializer sets and the function `state` reads.
enum ProgramState {
  static let initial = ProcessLocal(0)
}

struct SetState: Initializer {
  var value: Int

  func run() { ProgramState.initial.value = value }
}

/// What a task throws for an item that it does not like; it keeps its message on its way between processes.
struct ItemError: Error, Codable, Hashable {
  var message: String
}

enum SquareItem: PoolFunction {
  static func call(_ item: Int) -> Int { item * item }
}

enum CheckItem: PoolFunction {
  static func call(_ item: Int) throws -> Int {
    guard item >= 0 else { throw ItemError(message: "negative item \(item)") }
    return item
  }
}

enum ItemText: PoolFunction {
  static func call(_ item: Int) -> String { "item \(item)" }
}

enum AddState: PoolFunction {
  static func call(_ item: Int) -> Int { item + ProgramState.initial.value }
}

enum Nap: PoolFunction {
  static func call(_ item: Int) -> Int {
    Multiprocessing.sleep(for: .milliseconds(item))
    return item
  }
}

enum ProcessName: PoolFunction {
  static func call(_ item: Int) -> String { ProcessIdentity.current.name }
}

enum ThreadName: PoolFunction {
  static func call(_ item: Int) -> String { ThreadIdentity.current.name }
}

enum Die: PoolFunction {
  static func call(_ item: Int) -> Int { _exit(Int32(item)) }
}

enum AddTwo: PoolFunction2 {
  static func call(_ first: Int, _ second: Int) -> Int { first + second }
}
