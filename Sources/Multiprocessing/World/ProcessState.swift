package import PoolCore

/// What this library knows of one process, real or simulated.
package final class ProcessState: Sendable {
  /// Who the process is; never changes.
  package let identity: ProcessIdentity

  package let settings: Guarded<Settings>

  private struct State {
    var processes: ProcessNumbering
    var threads: ThreadNumbering
    var foreignThreads = 0
    var live: [ThreadIdentity] = []
    var startMethod: StartMethod?
    var hasExplicitEntry = false
    var generator: SplitMix64?
  }
  private let state: Guarded<State>

  package init(
    identity: ProcessIdentity, settings: Settings, startMethod: StartMethod? = nil, threadsCreated: Int = 0,
    mainThread: String = ThreadNumbering.main
  ) {
    self.identity = identity
    self.settings = Guarded(settings)
    var state = State(
      processes: ProcessNumbering(parent: identity.identity), threads: ThreadNumbering(created: threadsCreated))
    state.startMethod = startMethod
    state.live = [ThreadIdentity(name: mainThread, isDaemon: false)]
    self.state = Guarded(state)
  }

  package var profile: Profile { settings.with { $0.profile } }

  // MARK: Numbers and names

  /// The identity of the next child that is created.
  package func nextChild() -> [Int] { state.with { $0.processes.next() } }

  /// The name of the next thread that has none of its own.
  package func nextThreadName(function: String?) -> String {
    let profile = profile
    return state.with { $0.threads.next(function: function, profile: profile) }
  }

  package var threadsCreated: Int { state.with { $0.threads.created } }

  // MARK: Threads

  /// The main thread's identity, which heads the list.
  package var mainThread: ThreadIdentity { state.with { $0.live[0] } }

  /// The live threads, main first, the others in order of their start.
  package var liveThreads: [ThreadIdentity] { state.with { $0.live } }

  package func add(_ thread: ThreadIdentity) {
    if thread.isListed { state.with { $0.live.append(thread) } }
  }
  package func remove(_ thread: ThreadIdentity) { state.with { $0.live.removeAll { $0 === thread } } }

  /// An identity for a thread that this library did not start, as it asks for its own.
  package func adoptForeignThread() -> ThreadIdentity {
    state.with { state in
      state.foreignThreads += 1
      return ThreadIdentity(name: "Dummy-\(state.foreignThreads)", isDaemon: true)
    }
  }

  // MARK: Start method

  package var startMethod: StartMethod? {
    get { state.with { $0.startMethod } }
    set { state.with { $0.startMethod = newValue } }
  }

  /// The start method in force; asking fixes the default, as in CPython (5.2).
  package func fixedStartMethod() -> StartMethod {
    let standard = StartMethod(profile.defaultStartMethod)
    return state.with { state in
      let method = state.startMethod ?? standard
      state.startMethod = method
      return method
    }
  }

  /// Sets the start method unless one is set; false if one was.
  package func setStartMethodOnce(_ method: StartMethod) -> Bool {
    state.with { state in
      guard state.startMethod == nil else { return false }
      state.startMethod = method
      return true
    }
  }

  // MARK: The rest

  /// Whether the program calls the explicit entry of workers itself, after its top-level declarations.
  package var hasExplicitEntry: Bool {
    get { state.with { $0.hasExplicitEntry } }
    set { state.with { $0.hasExplicitEntry = newValue } }
  }

  /// The next draw of this process's seeded stream; nil where no seed was given.
  package func draw() -> UInt64? {
    guard let seed = settings.with({ $0.seed }) else { return nil }
    let path = identity.identity
    return state.with { state in
      var generator = state.generator ?? SplitMix64(seed: seed, path: path)
      defer { state.generator = generator }
      return generator.next()
    }
  }
}

/// A small generator whose stream is a function of a seed and of a process's place in the tree of processes.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, path: [Int]) {
    state = seed
    for step in path { state = (state ^ UInt64(truncatingIfNeeded: step)) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
