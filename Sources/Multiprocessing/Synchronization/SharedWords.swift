/// A few words of memory that processes share, with the means to wait for a change of one: what every lock, semaphore, event
/// and counter is made of.
///
/// The algorithms on top are the same on real memory and under simulation, where each of these calls is a point at which
/// another process or thread may go on.
package protocol SharedWords: AnyObject, Sendable {
  func load(_ index: Int) -> UInt32
  func store(_ index: Int, _ value: UInt32)
  /// Adds, with wrap-around; the value before.
  @discardableResult
  func add(_ index: Int, _ value: UInt32) -> UInt32
  /// Sets the word if it has the expected value; whether it had.
  func exchange(_ index: Int, expected: UInt32, with value: UInt32) -> Bool
  /// Waits while the word has this value, at most until the deadline; may return for nothing. False: the deadline passed.
  func wait(_ index: Int, while value: UInt32, until deadline: Duration?) -> Bool
  /// Wakes up to `count` waiters of the word.
  func wake(_ index: Int, count: Int)

  /// The bytes behind the words; `offset` counts from their start.
  func withBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R

  /// Says what is made of the words; a simulation that hangs repeats it.
  func serve(as kind: String)

  /// Which thread holds the lock that is made of the words; nil where nobody keeps that.
  var holder: LockHolder? { get }

  /// Writes what another process needs to share the words; `type` is named in the refusal where they cannot travel.
  func share(to encoder: any Encoder, as type: String) throws
}

extension SharedWords {
  package var holder: LockHolder? { nil }
  package func serve(as kind: String) {}

  /// Waits until `isTrue`, at most until the deadline, looking again whenever the word may have changed; whether it was.
  func wait(_ index: Int, until deadline: Duration?, _ isTrue: () -> Bool) -> Bool {
    while true {
      let seen = load(index)
      if isTrue() { return true }
      if !wait(index, while: seen, until: deadline) { return isTrue() }
    }
  }
}
