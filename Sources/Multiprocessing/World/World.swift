import CMultiprocessing
package import PoolCore

/// Everything outside of the library and the examples that they reach: time, waiting, output, chance, threads, processes.
///
/// The real one is `SystemWorld`; a simulation brings another, in which every one of these calls is a place where another
/// process or thread may go on. Nothing in this library or in an example waits, sleeps, prints, draws or reads a clock in
/// any other way.
package protocol World: AnyObject, Sendable {
  /// The time since an arbitrary start.
  var now: Duration { get }

  /// Blocks the calling thread for this long, on the world's clock and in its scale.
  func sleep(for duration: Duration)

  /// Prints a line's text, which has its line feed already.
  func print(_ text: String, flush: Bool)

  /// Flushes standard output.
  func flush()

  /// Draws a number uniformly.
  func random(in range: Range<Double>) -> Double

  /// Something on which one thread may wait.
  func makeParker() -> any Parker

  /// The process that the calling thread runs in.
  var process: ProcessState { get }

  /// The place of a process-local variable: `initial` makes its first value in a process.
  func local<Value: Sendable>(_ variable: ProcessLocal<Value>) -> ProcessLocal<Value>.Storage

  /// Starts a thread that is listed under its identity until it ends.
  func startThread(_ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws

  /// The same for a helper thread of a pool, which every fork of the process waits for.
  func startHelper(_ role: HelperRole, _ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws

  /// What carries the chunks of a new process pool to its workers and their outcomes back.
  func makeProcessTransport(_ configuration: TransportConfiguration) throws -> any Transport

  /// The same for a thread pool.
  func makeThreadTransport(_ configuration: TransportConfiguration) throws -> any Transport

  /// Opens a file that takes lines from many processes.
  func openLog(_ path: String, isAppending: Bool) throws -> any LogFile

  /// The file that another process shared with this one.
  func decodeLog(from decoder: any Decoder) throws -> any LogFile

  /// Starts a process of its own.
  func startProcess(_ request: ProcessRequest) throws -> any ProcessHandle

  /// What carries the values of a queue between processes.
  func makeChannel() throws -> any Channel

  /// The two ends of a pipe; of one that is not duplex the first only reads and the second only writes.
  func makePipe(isDuplex: Bool) throws -> (any Channel, any Channel)

  /// The same as `startThread` for a thread of the library's own that serves no pool: every fork of the process waits for it.
  func startService(_ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws

  /// Words that processes share, and behind them so many bytes.
  func makeSharedWords(bytes: Int) throws -> any SharedWords

  /// The words that another process shared with this one.
  func decodeSharedWords(from decoder: any Decoder) throws -> any SharedWords

  /// A number that no other live thread of any process has; never 0.
  var threadKey: UInt32 { get }

  /// The channel that another process shared with this one.
  func decodeChannel(from decoder: any Decoder) throws -> any Channel

  // What follows is there for a simulation; the real world leaves it as it is.

  /// How many things of one kind a helper thread may do before it looks at anything else. One under simulation: each is a
  /// place where others may come in between, and a larger batch is a schedule in which nobody did.
  var batchLimit: Int { get }

  /// Called without a lock: another process or thread may go on here.
  func pass(_ point: PassingPoint)

  /// Gives one event to a pool's machine. Called with the engine's lock held.
  func handle(
    _ event: PoolEvent, _ machine: inout PoolMachine, _ actions: inout [PoolAction], of engine: PoolEngine)

  /// Called with the lock of a thread pool's transport held.
  func did(_ deed: QueueDeed)

  /// Called with what the calling program is about to learn from the library without any other call of the world; nil: that
  /// it is not there yet.
  func learns(_ value: @autoclosure () -> Any?)
}

/// What a thread has just done to a thread pool's common queue and reports, with their lock held.
package enum QueueDeed: Sendable {
  case offer, claim(Chunk), idle, withdraw, stop, stopSeen, report(WorkerReport), hear, doom
}

/// Where another process or thread may go on, besides the world's own calls.
package enum PassingPoint: Sendable {
  /// Before an event is given to a pool's machine.
  case event(PoolEvent)
  /// At the head of a helper thread's loop, where it remembers nothing.
  case rest(HelperRole)
  /// The same for a worker thread, before it looks into the queue.
  case take(WorkerID)
}

extension World {
  package func openLog(_ path: String, isAppending: Bool) throws -> any LogFile {
    throw MultiprocessingError(.invalidArgument, "A log cannot be opened under simulation; print can be used.")
  }

  package func decodeLog(from decoder: any Decoder) throws -> any LogFile { try openLog("", isAppending: true) }

  package func startProcess(_ request: ProcessRequest) throws -> any ProcessHandle {
    throw MultiprocessingError(.invalidArgument, "A process of its own cannot be started under simulation; a pool can.")
  }

  package func startService(_ identity: ThreadIdentity, _ body: @escaping @Sendable () -> Void) throws {
    try startThread(identity, body)
  }

  package var batchLimit: Int { 1 }

  package func pass(_ point: PassingPoint) {}

  package func handle(
    _ event: PoolEvent, _ machine: inout PoolMachine, _ actions: inout [PoolAction], of engine: PoolEngine
  ) {
    machine.handle(event, &actions)
  }

  package func did(_ deed: QueueDeed) {}

  package func learns(_ value: @autoclosure () -> Any?) {}
}

/// A place to wait for one wake-up, remembered if it comes first.
package protocol Parker: AnyObject, Sendable {
  /// Waits until `unpark` has been called, at most until the deadline; false if it passed. Takes the wake-up.
  func park(until deadline: Duration?) -> Bool

  /// Wakes the thread that parks here, now or when it comes.
  func unpark()

  /// Says what is waited for here; a simulation that hangs repeats it.
  func serve(_ purpose: ParkingPurpose)
}

extension Parker {
  package func serve(_ purpose: ParkingPurpose) {}
}

/// What a thread parks for.
package enum ParkingPurpose: Sendable {
  case result(of: UInt64)
  case output(of: UInt64)
  case endOfPool, task, something
}

/// The world of the calling thread.
package enum CurrentWorld {
  /// A thread of the real world has no entry: looking up costs one thread-local load.
  package static var world: any World {
    guard let pointer = mp_thread_world() else { return SystemWorld.shared }
    return Unmanaged<Reference>.fromOpaque(pointer).takeUnretainedValue().world
  }

  /// Whether the calling thread is in the real world.
  package static var isReal: Bool { mp_thread_world() == nil }

  /// Runs `body` with the calling thread in another world.
  package static func with<R>(_ world: any World, _ body: () throws -> R) rethrows -> R {
    let before = mp_thread_world()
    let reference = Reference(world)
    mp_set_thread_world(Unmanaged.passUnretained(reference).toOpaque())
    defer {
      mp_set_thread_world(before)
      withExtendedLifetime(reference) {}
    }
    return try body()
  }

  private final class Reference {
    let world: any World
    init(_ world: any World) { self.world = world }
  }
}
