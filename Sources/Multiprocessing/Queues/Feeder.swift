import DequeModule

/// What one process still has to send to a queue: `put` never waits for a reader, a thread of its own does.
///
/// A message goes into the channel at once where nothing is queued before it and there is room. CPython's thread lives as
/// long as the queue; this one only while messages wait, so a queue that is read in time never has one.
final class Feeder: Sendable {
  private struct State {
    var messages: Deque<[UInt8]> = []
    /// A thread that puts writes to the channel itself.
    var isSending = false
    var isRunning = false
    var isClosed = false
    var isLeft = false
    var waiters: [Waiter] = []

    var isIdle: Bool { messages.isEmpty && !isSending && !isRunning }
  }
  private let channel: any Channel
  private let state = Guarded(State())

  init(_ channel: any Channel) { self.channel = channel }

  var isClosed: Bool { state.with { $0.isClosed } }

  func send(_ bytes: [UInt8]) throws {
    let isFirst = state.with { state in
      if state.messages.isEmpty, !state.isSending, !state.isRunning {
        state.isSending = true
        return true
      }
      state.messages.append(bytes)
      return false
    }
    // Whoever sends now sees to the rest afterwards.
    guard isFirst else { return }
    let sent = Result { try channel.trySend(bytes) }
    let needsThread = state.with { state in
      if case .success(false) = sent { state.messages.prepend(bytes) }
      state.isSending = false
      state.isRunning = !state.messages.isEmpty
      return state.isRunning
    }
    if needsThread {
      start()
    } else {
      settle()
    }
    _ = try sent.get()
  }

  private func start() {
    RunningFeeders.add(self)
    do {
      try CurrentWorld.world.startService(ThreadIdentity(name: "QueueFeederThread", isDaemon: true)) { self.run() }
    } catch {
      // No thread is to be had: better that this call waits than that anything is lost.
      run()
    }
  }

  private func run() {
    while true {
      let next = state.with { state in
        let next = state.messages.popFirst()
        if next == nil { state.isRunning = false }
        return next
      }
      guard let next else { break }
      do {
        try channel.send(next)
      } catch {
        // Nobody reads any more: what is left is for no one.
        state.with { $0.messages.removeAll() }
      }
    }
    RunningFeeders.remove(self)
    settle()
  }

  /// Wakes whoever waits for the end, and closes the channel where that was left to the last message.
  private func settle() {
    let (woken, closes) = state.with { state -> ([Waiter], Bool) in
      guard state.isIdle else { return ([], false) }
      defer { state.waiters = [] }
      return (state.waiters, state.isClosed)
    }
    if closes { channel.close() }
    for waiter in woken { waiter.wake() }
  }

  /// No more messages; the channel closes behind the last one.
  func close() {
    state.with { $0.isClosed = true }
    settle()
  }

  /// The end of the process is not to wait for what is not sent.
  func leave() { state.with { $0.isLeft = true } }

  var mustBeJoined: Bool { state.with { !$0.isLeft } }

  /// Blocks until everything has been sent.
  func join() {
    let parker = CurrentWorld.world.makeParker()
    let mustWait = state.with { state in
      guard !state.isIdle else { return false }
      state.waiters.append(.thread(parker))
      return true
    }
    if mustWait { _ = parker.park(until: nil) }
  }
}

/// The feeders of this process that have something to send: its end waits for them.
enum RunningFeeders {
  private static let made = Made()
  private static let feeders = made.by { ProcessLocal<[ObjectIdentifier: Feeder]>([:]) }

  static func add(_ feeder: Feeder) {
    ProcessEnd.prepare()
    feeders.withValue { $0[ObjectIdentifier(feeder)] = feeder }
  }

  static func remove(_ feeder: Feeder) { feeders.withValue { _ = $0.removeValue(forKey: ObjectIdentifier(feeder)) } }

  static func joinAll() {
    if made.isTrue { joinMade() }
  }

  // Not inlined: the types that it needs would be looked up before the question above.
  @inline(never)
  private static func joinMade() { for feeder in feeders.value.values where feeder.mustBeJoined { feeder.join() } }

  /// In a forked child: what its parent has to send is not its own.
  static func forget() {
    guard made.isTrue else { return }
    feeders.storage.breakLock()
    feeders.storage.with { $0 = [:] }
  }
}
