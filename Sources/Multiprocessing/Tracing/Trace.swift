import CMultiprocessing
import Synchronization

/// The recording of the calling process: what the library calls where something is worth an event.
enum Trace {
  /// How a worker joins the record of its main process.
  struct Start: Sendable {
    var path: String
    /// The number of the worker's pool, which makes the ids of its chunks unique.
    var pool: Int
  }

  private struct State {
    var file: TraceFile?
    var pool = 0
    /// The threads whose names the file has.
    var named: Set<Int32> = []
  }

  private static let flag = Atomic<Bool>(false)
  private static let made = Made()
  private static let state = made.by { Guarded(State()) }
  private static let pools = Atomic<Int>(0)

  /// Nearly always false; everything else here is called only where it is true.
  static var isOn: Bool { flag.load(ordering: .relaxed) }

  /// The same for what may run under simulation, where nothing is recorded.
  static func records(_ world: any World) -> Bool { isOn && world is SystemWorld }

  /// The number of a new pool.
  static func nextPool() -> Int { pools.wrappingAdd(1, ordering: .relaxed).newValue }

  // MARK: Beginning and ending

  static func begin(_ path: String) throws {
    try state.with { state in
      guard state.file == nil else { throw MultiprocessingError(.invalidArgument, "Tracing is on already.") }
      state.file = try TraceFile(creating: path, named(SystemWorld.shared.process.identity))
    }
    flag.store(true, ordering: .releasing)
  }

  /// Makes a new worker take part.
  static func join(_ start: Start) {
    state.with { state in
      // The file may be gone: then this worker is not recorded.
      guard let file = try? TraceFile(joining: start.path) else { return }
      file.append(named(SystemWorld.shared.process.identity))
      state.file = file
      state.pool = start.pool
    }
    flag.store(state.with { $0.file != nil }, ordering: .releasing)
  }

  static func end() {
    flag.store(false, ordering: .releasing)
    state.with { $0 = State() }
  }

  /// In a forked child: it takes part only if it is told to.
  static func becomeChild() {
    guard made.isTrue else { return }
    state.breakLock()
    end()
  }

  /// What a worker of this pool is told.
  static func start(pool: Int) -> Start? {
    isOn ? state.with { state in state.file.map { Start(path: $0.path, pool: pool) } } : nil
  }

  /// The name and the place of a process.
  private static func named(_ process: ProcessIdentity) -> [String] {
    [
      metadata("process_name", "\"name\":\(TraceEvent.quoted(process.name))", process.processID, process.processID),
      metadata("process_sort_index", "\"sort_index\":\(process.identity.last ?? 0)", process.processID, process.processID),
    ]
  }

  private static func metadata(_ name: String, _ argument: String, _ process: Int32, _ thread: Int32) -> String {
    "{\"ph\":\"M\",\"name\":\"\(name)\",\"ts\":0,\"pid\":\(process),\"tid\":\(thread),\"args\":{\(argument)}}"
  }

  // MARK: Events

  static var now: Int64 { mp_now_ns() }

  /// Adds events of the calling thread, in one step.
  static func add(_ events: TraceEvent...) {
    let process = SystemWorld.shared.process.identity.processID
    let thread = mp_thread_id()
    let name = ThreadIdentity.current.name
    state.with { state in
      guard let file = state.file else { return }
      var lines = events.map { $0.json(process: process, thread: thread) }
      if state.named.insert(thread).inserted {
        lines.insert(metadata("thread_name", "\"name\":\(TraceEvent.quoted(name))", process, thread), at: 0)
      }
      file.append(lines)
    }
  }

  /// Adds what the calling thread has done since `start`.
  static func did(_ name: String, since start: Int64, _ details: (String, String)...) {
    add(TraceEvent(phase: .complete, name: name, time: start, duration: now - start, details: details.map { ($0.0, $0.1) }))
  }

  static func happened(_ name: String, _ details: (String, String)...) {
    add(TraceEvent(phase: .instant, name: name, time: now, details: details.map { ($0.0, $0.1) }))
  }

  /// A slice that lasts until `leave`; where the thread dies in it, it is open to the end.
  static func enter(_ name: String) { add(TraceEvent(phase: .begin, name: name, time: now)) }
  static func leave(_ name: String) { add(TraceEvent(phase: .end, name: name, time: now)) }

  /// Does something that may take its time, and records it where tracing is on.
  static func measure<R>(_ name: @autoclosure () -> String, _ body: () throws -> R) rethrows -> R {
    guard isOn else { return try body() }
    let start = now
    defer { did(name(), since: start) }
    return try body()
  }

  /// Waits, and records for how long.
  static func wait(_ name: @autoclosure () -> String, _ world: any World, _ body: () throws -> Bool) rethrows -> Bool {
    guard records(world) else { return try body() }
    return try measure(name(), body)
  }

  /// The number of the calling worker's pool.
  static var pool: Int { state.with { $0.pool } }
}
