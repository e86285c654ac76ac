import Glibc
import Multiprocessing

/// One of each kind of shared object, as a pool's workers get them through an initializer.
struct Tools: Initializer {
  let lock: Lock
  let rlock: RLock
  let semaphore: CountingSemaphore
  let bounded: BoundedSemaphore
  let event: Event
  let condition: Condition
  let barrier: Barrier
  let value: SharedValue<Int>
  let array: SharedArray<Int32>
  /// Each worker that has come to a certain point gives one unit.
  let arrivals: CountingSemaphore

  static let current = ProcessLocal<Tools?>(nil)

  init(parties: Int = 2) throws {
    lock = try Lock()
    rlock = try RLock()
    semaphore = try CountingSemaphore(2)
    bounded = try BoundedSemaphore(1)
    event = try Event()
    condition = try Condition()
    barrier = try Barrier(parties)
    value = try SharedValue(0)
    array = try SharedArray([0, 0, 0, 0])
    arrivals = try CountingSemaphore(0)
  }

  func run() { Self.current.value = self }

  static func require() throws -> Tools {
    guard let tools = current.value else { throw Failure("There are no tools.") }
    return tools
  }

  /// A pool whose workers have the tools, for the time of a closure; nothing of either is left.
  static func withPool<R>(_ place: Place, _ workers: Int, parties: Int = 2, _ body: (Pool, Tools) throws -> R) throws -> R {
    let tools = try Tools(parties: parties)
    // Worker threads share this process's variable.
    defer { current.value = nil }
    return try place.withPool(workers, initializer: tools) { try body($0, tools) }
  }

  /// Blocks until so many workers have come to their point.
  func awaitArrivals(_ count: Int) throws {
    for number in 1...count {
      try expect(arrivals.acquire(timeout: .seconds(30)), "Only \(number - 1) of \(count) workers arrived")
    }
  }
}

/// Does one thing with the tools in a worker; what came of it, as text.
struct Use: PoolTask {
  enum Deed: Codable, Sendable {
    case acquireLock, tryLock, releaseLock, holdLockAndDie
    case acquireTwice, tryRLock, releaseRLock, holdRLockAndDie, holdRLockUntilEvent
    case addUnderLock(times: Int), addInOneStep(times: Int)
    case meetInSemaphore, overrelease
    case waitCondition(Double), notifyUnowned, waitUnowned, waitForValue(Int, Double)
    case waitEvent(Double), workUntilEvent, setEvent
    case waitBarrier(Double?)
    case storeInArray(Int, Int32)
  }
  var deed: Deed

  init(_ deed: Deed) { self.deed = deed }

  func run() throws -> String {
    let tools = try Tools.require()
    switch deed {
    case .acquireLock: return "\(tools.lock.acquire(timeout: .seconds(30)))"
    case .tryLock: return "\(tools.lock.acquire(blocking: false))"
    case .releaseLock: return outcome { try tools.lock.release() }
    case .holdLockAndDie: tools.lock.acquire()
    case .acquireTwice: return "\(tools.rlock.acquire()) \(tools.rlock.acquire(blocking: false))"
    case .tryRLock: return "\(tools.rlock.acquire(blocking: false))"
    case .releaseRLock: return outcome { try tools.rlock.release() }
    case .holdRLockAndDie: tools.rlock.acquire()
    case .holdRLockUntilEvent:
      tools.rlock.acquire()
      try tools.arrivals.release()
      let isSet = tools.event.wait(timeout: .seconds(30))
      try tools.rlock.release()
      return "\(isSet)"
    case .addUnderLock(let times):
      // Reading and writing are two steps: without the lock some would be lost.
      for _ in 0..<times { try tools.lock.withLock { tools.value.value = tools.value.value + 1 } }
      return ""
    case .addInOneStep(let times):
      for _ in 0..<times { tools.value.withValue { $0 += 1 } }
      return ""
    case .meetInSemaphore: return try meet(tools)
    case .overrelease:
      return outcome {
        try tools.bounded.release()
      }
    case .waitCondition(let seconds):
      return try tools.condition.withLock {
        try tools.arrivals.release()
        return "\(try tools.condition.wait(timeout: .seconds(seconds)))"
      }
    case .notifyUnowned: return outcome { try tools.condition.notify() } + "; " + outcome { try tools.condition.notifyAll() }
    case .waitUnowned: return outcome { try tools.condition.wait(timeout: .zero) }
    case .waitForValue(let wanted, let seconds):
      return try tools.condition.withLock {
        try tools.arrivals.release()
        return "\(try tools.condition.wait(for: { tools.value.value == wanted }, timeout: .seconds(seconds)))"
      }
    case .waitEvent(let seconds):
      try tools.arrivals.release()
      return "\(tools.event.wait(timeout: .seconds(seconds)))"
    case .workUntilEvent:
      try tools.arrivals.release()
      var steps = 0
      while !tools.event.wait(timeout: .milliseconds(1)) { steps += 1 }
      return "stopped"
    case .setEvent:
      tools.event.set()
      return ""
    case .waitBarrier(let seconds):
      try tools.arrivals.release()
      do {
        return "\(try tools.barrier.wait(timeout: seconds.map { .seconds($0) }))"
      } catch is Barrier.Broken {
        return "broken"
      }
    case .storeInArray(let index, let value):
      tools.array[index] = value
      return "\(tools.array.elements)"
    }
    kill(getpid(), SIGKILL)
    return "still alive"
  }

  /// Enters the semaphore and waits inside for a second one: how many were inside at the most.
  private func meet(_ tools: Tools) throws -> String {
    try expect(tools.semaphore.acquire(timeout: .seconds(30)), "The semaphore stays at zero")
    tools.array.withElements { elements in
      elements[0] += 1
      elements[1] = max(elements[1], elements[0])
    }
    try tools.barrier.wait(timeout: .seconds(30))
    tools.array.withElements { $0[0] -= 1 }
    try tools.semaphore.release()
    return ""
  }

  private func outcome(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "done"
    } catch {
      return "\(error)"
    }
  }
}
