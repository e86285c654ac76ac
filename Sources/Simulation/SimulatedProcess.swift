import Multiprocessing

/// A simulated process: what it knows of itself, its variables, and what it has printed and not let out.
final class SimulatedProcess {
  /// A line and the lane that printed it.
  struct Line: Hashable {
    var text: String
    var printer: String
  }

  let number: Int
  let state: ProcessState
  var buffer: [Line] = []
  private(set) var locals: [ObjectIdentifier: LocalCell]
  /// Whether several threads of it run program code.
  var hasThreads: Bool

  init(_ number: Int, _ state: ProcessState, locals: [ObjectIdentifier: LocalCell], hasThreads: Bool) {
    self.number = number
    self.state = state
    self.locals = locals
    self.hasThreads = hasThreads
  }

  /// The cell of a variable in this process.
  func cell<Value: Sendable>(of variable: ProcessLocal<Value>) -> TypedCell<Value> {
    // The cell was made for this very variable, so the type is right.
    if let cell = locals[ObjectIdentifier(variable)] as? TypedCell<Value> { return cell }
    let cell = TypedCell(variable, variable.initial)
    locals[ObjectIdentifier(variable)] = cell
    return cell
  }

  /// The variables as a child would find them that is forked now.
  func copyLocals() -> [ObjectIdentifier: LocalCell] { locals.mapValues { $0.copy() } }

  /// A number for the values of all variables; variables that still have their first value do not count.
  var localsHash: Int {
    var sum = 0
    for (variable, cell) in locals { sum &+= mix(variable.hashValue, cell.contentHash()) }
    return sum
  }
}

/// A variable's value in one process.
class LocalCell {
  /// A number for the value.
  func contentHash() -> Int { preconditionFailure("abstract") }
  func copy() -> LocalCell { preconditionFailure("abstract") }
}

final class TypedCell<Value: Sendable>: LocalCell {
  let variable: ProcessLocal<Value>
  let storage: ProcessLocal<Value>.Storage
  /// For a value that cannot be hashed: how it came about, and its bits, which tell when there is another.
  private var version = 0
  private var bits: [UInt8]
  private var writer = 0

  init(_ variable: ProcessLocal<Value>, _ value: Value) {
    self.variable = variable
    storage = ProcessLocal<Value>.Storage(value)
    bits = Self.bits(value)
  }

  private static func bits(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

  private func refresh(_ value: Value) {
    let now = Self.bits(value)
    guard now != bits else { return }
    bits = now
    version = mix(version, writer)
  }

  override func contentHash() -> Int {
    let value = storage.with { $0 }
    if let value = value as? any Hashable { return value.hashValue }
    refresh(value)
    return version
  }

  /// A lane with this history is about to read or write.
  func access(_ history: Int) -> Int {
    let hash = contentHash()
    writer = history
    return hash
  }

  override func copy() -> LocalCell {
    let copy = TypedCell(variable, storage.with { $0 })
    copy.version = version
    copy.writer = writer
    return copy
  }
}
