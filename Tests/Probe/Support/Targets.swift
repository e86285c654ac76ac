import Glibc
import Multiprocessing

/// Tells about itself, then waits at the gate.
struct ReportOneself: ProcessTarget {
  let reports: Queue<WhoAmI.Answer>
  let gate: Event
  func run() throws {
    try reports.put(WhoAmI.answer)
    gate.wait(timeout: .seconds(50))
  }
}

/// Does nothing until it is ended from outside.
struct Park: ProcessTarget {
  func run() { sleep(for: .seconds(50)) }
}

struct EndWith: ProcessTarget {
  var status: Int32
  func run() throws { throw SystemExit(status) }
}

struct EndWithMessage: ProcessTarget {
  var message: String
  func run() throws { throw SystemExit(message: message) }
}

struct EndBySignal: ProcessTarget {
  var signal: Int32
  func run() { kill(getpid(), signal) }
}

struct Throw: ProcessTarget {
  var value: Int
  func run() throws { throw Negative(value: value) }
}

enum HiddenTargets {
  private struct Hidden: ProcessTarget {
    func run() {}
  }
  static func process(_ context: Context) -> ChildProcess { ChildProcess(Hidden(), context: context) }
}

/// Reports its place in the tree, then starts two children, one after the other, down to a depth.
struct Tree: ProcessTarget {
  let found: Queue<[Int]>
  var depth: Int
  var method: StartMethod
  func run() throws {
    try found.put(ProcessIdentity.current.identity)
    guard depth < 2 else { return }
    for _ in 0..<2 {
      let child = ChildProcess(Tree(found: found, depth: depth + 1, method: method), context: Context(method))
      try child.start()
      try expect(child.join(timeout: .seconds(40)) && child.exitCode == 0, "\(child) did not end well")
    }
  }
}

/// Starts a child that reports, and waits.
struct StartAndWait: ProcessTarget {
  let reports: Queue<WhoAmI.Answer>
  var method: StartMethod
  func run() throws {
    try ChildProcess(ReportOneself(reports: reports, gate: Event()), context: Context(method)).start()
    sleep(for: .seconds(50))
  }
}

/// Leaves a daemon and a child that waits at the gate to its end.
struct LeaveChildren: ProcessTarget {
  let reports: Queue<WhoAmI.Answer>
  let gate: Event
  var method: StartMethod
  func run() throws {
    let (never, told) = try (Event(), Queue<WhoAmI.Answer>())
    let daemon = ChildProcess(ReportOneself(reports: told, gate: never), isDaemon: true, context: Context(method))
    try daemon.start()
    try reports.put(told.get(timeout: .seconds(30)))
    try ChildProcess(ReportOneself(reports: reports, gate: gate), context: Context(method)).start()
  }
}

/// What comes of starting a process in a worker.
struct TryToStart: PoolTask {
  var method: StartMethod
  func run() throws -> String {
    do {
      let process = ChildProcess(EndWith(status: 0), context: Context(method))
      try process.start()
      try process.join()
      return "started"
    } catch let error as MultiprocessingError {
      return error.message
    }
  }
}

/// The same in a process, and then a pool.
struct StartSomething: ProcessTarget {
  let reports: Queue<String>
  var method: StartMethod
  func run() throws {
    try reports.put(TryToStart(method: method).run())
    let squares = try withPool(processes: 2, context: Context(method)) { try $0.map(Square.self, [1, 2, 3]) }
    try reports.put("\(squares)")
  }
}

/// One of everything that can be shared.
struct Everything: ProcessTarget {
  let tools: Tools
  let queue: Queue<Int>
  let tasks: JoinableQueue<Int>
  let simple: SimpleQueue<Int>
  let connection: Connection
  func run() throws {
    try connection.send(connection.receive(Int.self) + 1)
    try queue.put(22)
    try simple.put(23)
    try tasks.put(24)
    tools.lock.acquire()
    tools.value.value = 25
    tools.array[2] = 26
    try tools.semaphore.release()
    tools.bounded.acquire()
    tools.event.set()
    try tools.barrier.wait(timeout: .seconds(30))
    try expect(tasks.join(timeout: .seconds(30)), "The task is not done")
  }
}

struct ReportGlobal: ProcessTarget {
  let reports: Queue<Int>
  static let global = ProcessLocal(0)
  func run() throws { try reports.put(Self.global.value) }
}

struct PutMuch: ProcessTarget {
  let queue: Queue<Int>
  var count: Int
  var isLeft: Bool
  func run() throws {
    for value in 0..<count { try queue.put(value) }
    if isLeft { queue.cancelJoinThread() }
  }
}

/// Waits for the gate, takes what comes, and prints a number.
struct SpeakLate: ProcessTarget {
  let numbers: Queue<Int>
  let gate: Event
  func run() throws {
    gate.wait(timeout: .seconds(30))
    for number in 0..<3000 { try expectEqual(numbers.get(timeout: .seconds(30)), number, "The next number") }
    print("42", flush: true)
  }
}
