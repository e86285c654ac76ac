import CMultiprocessing
import Glibc

/// A schedule in memory that every process of a run maps, with the position that the run has reached.
///
/// It is written once, before there is a second process or thread; then only the position and the failure change.
final class GateMemory: @unchecked Sendable {
  // Sendable: what changes is only touched by atomic operations.

  /// What a step is, without the number that it may draw.
  enum Kind: UInt32 {
    case print = 1
    case take, draw, put, `return`

    init(_ deed: StepOrder.Deed) {
      switch deed {
      case .print: self = .print
      case .take: self = .take
      case .draw: self = .draw
      case .put: self = .put
      case .return: self = .return
      }
    }
  }

  /// The header: the position, which waiters wait on; whether the run has left the schedule; then what never changes.
  private static let position = 0
  private static let failed = 4
  private static let count = 8
  private static let mainProcess = 12
  private static let kinds = 16
  private static let takes = 20
  private static let patience = 24
  private static let header = 64
  private static let stepSize = 16

  let file: Descriptor
  private let base: UnsafeMutableRawPointer
  private let size: Int

  /// Makes the memory of a run whose main process is the calling one.
  init(_ schedule: StepOrder, patience: Duration) throws(MultiprocessingError) {
    let size = Self.header + schedule.steps.count * Self.stepSize
    file = try Descriptor.memoryFile("multiprocessing-gate", [UInt8](repeating: 0, count: size))
    self.size = size
    base = try file.map(size)
    let takes = schedule.steps.lastIndex { $0.deed == .take }.map { $0 + 1 } ?? 0
    // What is printed is always in order; of the other kinds only those that the schedule has.
    let kinds = schedule.steps.reduce(1 << Kind.print.rawValue) { $0 | 1 << Kind($1.deed).rawValue }
    base.storeBytes(of: UInt32(schedule.steps.count), toByteOffset: Self.count, as: UInt32.self)
    base.storeBytes(of: getpid(), toByteOffset: Self.mainProcess, as: Int32.self)
    base.storeBytes(of: UInt32(kinds), toByteOffset: Self.kinds, as: UInt32.self)
    base.storeBytes(of: UInt32(takes), toByteOffset: Self.takes, as: UInt32.self)
    base.storeBytes(of: Int64(patience / .nanoseconds(1)), toByteOffset: Self.patience, as: Int64.self)
    for (index, step) in schedule.steps.enumerated() {
      let place = Self.header + index * Self.stepSize
      base.storeBytes(of: Self.code(step.lane), toByteOffset: place, as: Int32.self)
      base.storeBytes(of: Kind(step.deed).rawValue, toByteOffset: place + 4, as: UInt32.self)
      if case .draw(let value) = step.deed {
        base.storeBytes(of: value.bitPattern, toByteOffset: place + 8, as: UInt64.self)
      }
    }
  }

  /// Maps the memory of the run that this process belongs to.
  init(file: Descriptor) throws(MultiprocessingError) {
    self.file = file
    size = try file.size()
    guard size >= Self.header else { throw MultiprocessingError(.system, "The memory of the schedule is too small.") }
    base = try file.map(size)
    guard Self.header + count * Self.stepSize <= size else {
      munmap(base, size)
      throw MultiprocessingError(.system, "The memory of the schedule is too small.")
    }
  }

  deinit { munmap(base, size) }

  // MARK: What never changes

  var count: Int { Int(base.load(fromByteOffset: Self.count, as: UInt32.self)) }
  var mainProcess: Int32 { base.load(fromByteOffset: Self.mainProcess, as: Int32.self) }
  /// The position from which on nothing is taken any more.
  var endOfTakes: Int { Int(base.load(fromByteOffset: Self.takes, as: UInt32.self)) }
  /// For how long the position may stay where it is.
  var patience: Duration { .nanoseconds(base.load(fromByteOffset: Self.patience, as: Int64.self)) }

  /// Whether steps of this kind wait for their turn.
  func orders(_ kind: Kind) -> Bool {
    base.load(fromByteOffset: Self.kinds, as: UInt32.self) & 1 << kind.rawValue != 0
  }

  func lane(_ index: Int) -> StepOrder.Lane {
    let code = base.load(fromByteOffset: Self.header + index * Self.stepSize, as: Int32.self)
    return code == 0 ? .main : code > 0 ? .worker(Int(code)) : .thread(-Int(code))
  }

  func kind(_ index: Int) -> Kind? {
    Kind(rawValue: base.load(fromByteOffset: Self.header + index * Self.stepSize + 4, as: UInt32.self))
  }

  func value(_ index: Int) -> Double {
    Double(bitPattern: base.load(fromByteOffset: Self.header + index * Self.stepSize + 8, as: UInt64.self))
  }

  /// The step as the schedule's text has it.
  func step(_ index: Int) -> StepOrder.Step? {
    kind(index).map { kind in
      switch kind {
      case .print: StepOrder.Step(lane(index), .print)
      case .take: StepOrder.Step(lane(index), .take)
      case .draw: StepOrder.Step(lane(index), .draw(value(index)))
      case .put: StepOrder.Step(lane(index), .put)
      case .return: StepOrder.Step(lane(index), .return)
      }
    }
  }

  /// 0 is the main thread, a worker is its number, a thread its number negated.
  private static func code(_ lane: StepOrder.Lane) -> Int32 {
    switch lane {
    case .main: 0
    case .worker(let number): Int32(truncatingIfNeeded: number)
    case .thread(let number): -Int32(truncatingIfNeeded: number)
    }
  }

  // MARK: What changes

  /// How many steps have been done.
  var reached: Int { Int(mp_load32(base + Self.position)) }

  /// One more step is done; called by the lane whose step it was.
  func advance() {
    _ = mp_add32(base + Self.position, 1)
    _ = mp_futex_wake(base + Self.position, Int32.max, 1)
  }

  /// Waits until the position is no longer this one, at most until the deadline.
  func wait(at position: Int, until deadline: Int64) {
    _ = mp_futex_wait(base + Self.position, UInt32(position), deadline, 1)
  }

  var hasFailed: Bool { mp_load32(base + Self.failed) != 0 }

  /// Marks the run as failed and wakes whoever waits; whether the caller is the first.
  func markFailed() -> Bool {
    let isFirst = mp_cas32(base + Self.failed, 0, 1) != 0
    _ = mp_futex_wake(base + Self.position, Int32.max, 1)
    return isFirst
  }
}
