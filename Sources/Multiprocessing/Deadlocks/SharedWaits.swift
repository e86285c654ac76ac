import CMultiprocessing
import Glibc

/// Waits for locks that other processes share: which of them can never end.
///
/// A lock's words name its holder. Whoever has waited for a while enters himself into the lock's words too, so that each process
/// sees who waits for the locks that it knows. Then two things are looked for: a holder that is no more, and a circle of holders
/// that wait. Short waits cost nothing, and nobody's way back depends on anybody else: an entry of a thread that was killed is
/// recognised by when that thread began.
enum SharedWaits {
  /// The words of a lock: the thread that holds it, whether only that thread can free it, and four places of two words each for
  /// those who wait: the thread, and when it began.
  static let owner = 2
  static let isSure = 4
  private static let places = stride(from: 8, to: 16, by: 2)

  /// How long a wait is nobody's business, and how often it is looked at after that.
  private static let patience: Duration = .milliseconds(200)
  private static let interval: Duration = .milliseconds(500)
  /// A circle that was seen is looked at again after this; less than the patience, so that it cannot have been another.
  private static let pause: Duration = .milliseconds(50)

  private struct Known { weak var words: MemoryWords? }
  private static let made = Made()
  private static let known = made.by { Guarded<[ObjectIdentifier: Known]>([:]) }

  /// The words are those of a lock and of nothing else.
  static func register(_ words: any SharedWords) {
    guard let words = words as? MemoryWords else { return }
    known.with { known in
      known = known.filter { $0.value.words != nil }
      known[ObjectIdentifier(words)] = Known(words: words)
    }
  }

  /// In a forked child, which joins its locks itself.
  static func forget() {
    guard made.isTrue else { return }
    known.breakLock()
    known.with { $0 = [:] }
  }

  // MARK: Waiting

  /// Waits for a lock without a time-out. Where that would never end, `refuse` is told, once, and may throw.
  static func acquire(
    _ core: CountingCore, _ kind: String, refuse: (MultiprocessingError) throws -> Void
  ) rethrows -> Bool {
    guard let words = core.words as? MemoryWords, isKnown(words), words.holder?.isShared == true else {
      return core.acquire(blocking: true, until: nil)
    }
    let world = CurrentWorld.world
    if core.acquire(blocking: true, until: world.now + patience) { return true }
    let place = enter(words)
    defer { if let place { words.store(place, 0) } }
    var isTold = false
    while true {
      if !isTold, let reason = reason(words, kind) {
        isTold = true
        try refuse(MultiprocessingError(.wouldDeadlock, "This would wait for ever: \(reason)."))
      }
      if core.acquire(blocking: true, until: world.now + interval) { return true }
    }
  }

  private static func isKnown(_ words: MemoryWords) -> Bool { known.with { $0[ObjectIdentifier(words)]?.words === words } }

  /// Enters the calling thread among those who wait; nil where there is no place.
  private static func enter(_ words: MemoryWords) -> Int? {
    let thread = UInt32(bitPattern: mp_cached_thread_id())
    guard let began = beginning(of: thread) else { return nil }
    for place in places {
      let entered = words.load(place)
      // Whoever is no more does not wait.
      let isFree = entered == 0 || beginning(of: entered) != words.load(place + 1)
      guard isFree, words.exchange(place, expected: entered, with: thread) else { continue }
      words.store(place + 1, began)
      return place
    }
    return nil
  }

  // MARK: Looking

  /// When a thread of any process began, on the system's clock; nil for one that is no more, or that cannot be looked at.
  private static func beginning(of thread: UInt32) -> UInt32? {
    let file = open("/proc/\(thread)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = read(file, &bytes, bytes.count)
    guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(end + 1)..<count].split(separator: UInt8(ascii: " "))
    // The twenty-second field of all, the twentieth behind the name. Never 0, which stands for nobody.
    guard fields.count > 19, let ticks = UInt64(String(decoding: fields[19], as: UTF8.self)) else { return nil }
    return UInt32(truncatingIfNeeded: ticks) | 1 << 31
  }

  /// Whether no process has this thread.
  private static func isGone(_ thread: UInt32) -> Bool {
    kill(pid_t(bitPattern: thread), 0) != 0 && mp_errno() == ESRCH
  }

  /// Why a wait for a lock never ends, in words.
  private static func reason(_ words: MemoryWords, _ kind: String) -> String? {
    let holder = words.load(owner)
    guard holder != 0, words.load(isSure) != 0 else { return nil }
    // It would have left the lock before it ended.
    if isGone(holder), words.load(owner) == holder {
      return "\(name(me)) waits for a \(kind) whose holder, thread \(holder), has ended without freeing it"
    }
    guard let circle = circle(words) else { return nil }
    CurrentWorld.world.makeParker().park(for: pause)
    guard self.circle(words) == circle else { return nil }
    return circle.map { "\(name($0.thread)) waits for a lock that \(name($0.holder)) holds" }.joined(separator: "; ")
  }

  private struct Link: Equatable {
    var thread: UInt32
    var holder: UInt32
  }

  private static var me: UInt32 { UInt32(bitPattern: mp_cached_thread_id()) }

  /// The circle of holders that wait, from the calling thread back to it; of its threads the one with the highest number sees it.
  private static func circle(_ words: MemoryWords) -> [Link]? {
    let locks = known.with { $0.values.compactMap(\.words) }
    var links: [Link] = []
    var (thread, lock) = (me, words)
    while true {
      let holder = lock.load(owner)
      guard holder != 0, lock.load(isSure) != 0, holder <= me else { return nil }
      links.append(Link(thread: thread, holder: holder))
      if holder == me { return links }
      guard !links.contains(where: { $0.thread == holder }), let began = beginning(of: holder),
        let next = locks.first(where: { waits($0, holder, began) })
      else { return nil }
      (thread, lock) = (holder, next)
    }
  }

  private static func waits(_ words: MemoryWords, _ thread: UInt32, _ began: UInt32) -> Bool {
    places.contains { words.load($0) == thread && words.load($0 + 1) == began }
  }

  /// What the system calls a thread.
  private static func name(_ thread: UInt32) -> String {
    let file = open("/proc/\(thread)/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "thread \(thread)" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(file, &bytes, bytes.count)
    let name = String(decoding: bytes[..<max(0, count)].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return "thread \(thread) (\(name))"
  }
}

extension Parker {
  /// Waits for this long, whatever happens.
  fileprivate func park(for pause: Duration) { _ = park(until: CurrentWorld.world.now + pause) }
}
