import CMultiprocessing

/// Who waits for messages or for room, and how it is woken. See README.md beside this file for why nothing is missed.
extension QueueRing {
  /// A word to wait on, and behind it how often somebody has begun to wait and how much of that is settled.
  private struct Bell {
    let signal: UnsafeMutableRawPointer
    private var sleeps: UnsafeMutableRawPointer { signal + QueueLayout.sleeps }
    private var woken: UnsafeMutableRawPointer { signal + QueueLayout.woken }

    /// Whether somebody may wait; asked right after the exchange or swap that published something.
    @inline(__always) var isAwaited: Bool { mp_look32(sleeps) != mp_load32(woken) }

    /// Wakes so many of those that wait.
    @inline(never) func ring(_ count: Int32) {
      let sleeps = mp_load32(sleeps)
      _ = mp_add32(signal, 1)
      let found = mp_futex_wake(signal, count, 1)
      // Nobody is left of those that had announced themselves: each was woken, or finds the signal changed and looks again.
      if found < count { mp_store32(woken, sleeps) }
    }

    /// Announces a sleep, looks, and sleeps until the deadline at the most, or for no reason.
    func sleep(until deadline: Int64, unless isTrue: () -> Bool) {
      // The signal is read first: whoever settles the announcement has changed it since.
      let seen = mp_load32(signal)
      _ = mp_add32(sleeps, 1)
      mp_fence()
      if !isTrue() { _ = mp_futex_wait(signal, seen, deadline, 1) }
    }
  }

  private var messageBell: Bell { Bell(signal: base + QueueLayout.messageSignal) }
  private var roomBell: Bell { Bell(signal: base + QueueLayout.roomSignal) }

  /// Makes the message at a position, or that there will be none, known, and wakes one reader if one sleeps.
  @inline(__always) func publish(_ phase: QueueSlot.Phase, _ position: UInt64) {
    _ = mp_exchange64(state(position), QueueSlot(phase, position).word)
    if messageBell.isAwaited { messageBell.ring(1) }
  }

  /// After a swap has moved the head beyond `position`: wakes the writers that sleep, when half of the queue is free.
  @inline(__always) func tellRoom(_ position: UInt64) {
    guard roomBell.isAwaited else { return }
    if Int64(bitPattern: tail &- position) <= Int64(QueueLayout.slotCount / 2) { roomBell.ring(.max) }
  }

  /// Makes it known that nothing of this position is left, and wakes the writers that sleep.
  func publishRoom(_ position: UInt64) {
    _ = mp_exchange64(state(position), QueueSlot(.done, position).word)
    if roomBell.isAwaited { roomBell.ring(.max) }
  }

  /// A millisecond, in nanoseconds.
  private static let millisecond: Int64 = 1_000_000
  /// How long a sleep lasts at the most. A reader that is killed takes the wake-up along that was meant for a message, and
  /// nobody watches over readers: they look by themselves now and then.
  private static let longestSleep = 500 * millisecond

  /// Waits until a message is there, at most until the deadline (negative: for ever); whether one was.
  func awaitMessage(until deadline: Int64) -> Bool {
    // While somebody is just writing it will be a moment, or for ever.
    wait(messageBell, until: deadline, Self.longestSleep, { hasMessage }, { isBeingWritten })
  }

  /// Waits until there may be room for a message of so many bytes.
  func awaitRoom(_ count: Int) {
    // Readers tell when half of the queue is free; one that takes a message and stops is found out by looking.
    _ = wait(roomBell, until: -1, 50 * Self.millisecond, { mayPut(count) }, { true })
  }

  private func wait(
    _ bell: Bell, until deadline: Int64, _ longest: Int64, _ isTrue: () -> Bool, _ isStuck: () -> Bool
  ) -> Bool {
    // Who only asks announces nothing.
    if deadline >= 0, mp_now_ns() >= deadline { return isTrue() || (isStuck() && clearDead() && isTrue()) }
    if System.look(for: isTrue) { return true }
    var pause = 2 * Self.millisecond
    while true {
      let stuck = isStuck()
      let end = mp_now_ns() + (stuck ? pause : longest)
      bell.sleep(until: deadline < 0 ? end : min(end, deadline), unless: isTrue)
      if isTrue() { return true }
      if stuck { pause = min(2 * pause, longest) }
      if stuck, clearDead(), isTrue() { return true }
      if deadline >= 0, mp_now_ns() >= deadline { return false }
    }
  }
}
