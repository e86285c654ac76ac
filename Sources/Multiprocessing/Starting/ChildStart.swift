import CMultiprocessing
import PoolCore

/// Everything that a new child needs to know, as it travels to it.
///
/// With it travel descriptors: a pidfd of the main process, behind it what the role says, and last the memory of the run's
/// schedule, if there is one. `StartMessage` says how.
struct ChildStart: Sendable {
  var name: String
  var identity: [Int]
  var isDaemon: Bool
  var startMethod: StartMethod
  var parentName: String
  var parentIdentity: [Int]
  var parentProcessID: Int32
  var parentIsDaemon: Bool
  var threadsCreated: Int
  var mainThread: String
  var profile: String
  var timeScale: Double
  var seed: UInt64?
  var workers: Int?
  var workingDirectory: String?
  /// What the variable that steers the runtime's crash report held before the start.
  var backtrace: String?
  /// Whether the worker keeps to a schedule; its memory is the last descriptor then.
  var isGated = false
  /// Where the child records what it does, if the main process does.
  var trace: Trace.Start?
  var role: Role

  enum Role: Sendable {
    /// A worker of a pool; the second descriptor is the pool's memory, the others are shared objects'.
    case worker(WorkerStart)
    /// A process of its own; the descriptors behind the first are shared objects'.
    case process(ProcessStart)
    /// A server that forks workers on request, over the socket that it was started with.
    case server
  }
}

/// What a worker of a pool needs to know.
struct WorkerStart: Sendable {
  /// Its area in the pool's memory, and how many there are.
  var area: Int
  var areas: Int
  var maxTasksPerChild: Int?
  /// The name of the initializer's type, and its bytes.
  var initializer: String?
  var initializerBytes: [UInt8]
}

/// What a process of its own needs to know.
struct ProcessStart: Sendable {
  /// The name of the target's type, and its bytes.
  var target: String
  var targetBytes: [UInt8]
}

extension ChildStart {
  /// A child of the calling process; the caller sets the role.
  init(name: String, identity: [Int], method: StartMethod, process: ProcessState, role: Role) {
    let settings = process.settings.with { $0 }
    self.init(
      name: name, identity: identity, isDaemon: true, startMethod: method, parentName: process.identity.name,
      parentIdentity: process.identity.identity, parentProcessID: process.identity.processID,
      parentIsDaemon: process.identity.isDaemon, threadsCreated: 0, mainThread: ThreadNumbering.main,
      profile: settings.profile.name, timeScale: settings.timeScale, seed: settings.seed, workers: settings.workers,
      workingDirectory: nil, backtrace: nil, trace: Trace.start(pool: 0), role: role)
  }

  var settings: Settings {
    // A forked child has its parent's already; to list them all takes a while.
    let inherited = SystemWorld.shared.process.profile
    return Settings(
      profile: inherited.name == profile ? inherited : Profile.named(profile) ?? .host, timeScale: timeScale, seed: seed,
      workers: workers)
  }

  /// The state of the process that this start describes.
  func makeProcessState(processID: Int32) -> ProcessState {
    let parent = ProcessIdentity(
      name: parentName, identity: parentIdentity, processID: parentProcessID, isDaemon: parentIsDaemon, parent: nil)
    let own = ProcessIdentity(
      name: name, identity: identity, processID: processID, isDaemon: isDaemon, parent: parent)
    return ProcessState(
      identity: own, settings: settings, startMethod: startMethod, threadsCreated: threadsCreated,
      mainThread: mainThread)
  }
}
