import DequeModule
package import PoolCore

/// imap: inputs drawn as they are needed, outcomes taken as they come.
///
/// It depends on no type, as `SettlingJob`: whoever takes an outcome knows what it is.
package final class StreamJob: Job, @unchecked Sendable {
  // Sendable: as for Job. The inputs are drawn by the task handler alone, the outcomes taken by one consumer at a time.
  private let isOrdered: Bool
  /// Draws a chunk; nil at the end.
  private let drawChunk: () throws -> StreamWork?
  /// Makes a `Box` of so many outputs.
  private let decode: ([UInt8], Int) throws -> AnyObject

  override var keepsEveryFailure: Bool { true }
  override var runsNoUserCodeBeforeSending: Bool { isPassive }
  /// Whether drawing and encoding the inputs runs no code of the user's, and takes no time.
  private let isPassive: Bool
  /// The coder of the outputs, where they are numbers.
  private let number: WireCoder?
  let name: String
  override package var title: String { name }

  /// The chunks in the order of their drawing; those before the first were all taken.
  private var places: Deque<StreamPlace> = []
  private var firstPlace = 0
  private var drawn = 0
  /// Ordered: everything below it may be taken. Unordered: unused.
  private var frontier = 0
  private var next = 0
  /// Unordered: the chunks in order of arrival.
  private var arrived: [Int] = []
  private var arrivedStart = 0
  private var end: Ending?
  private var waiters: [Waiter] = []
  /// The chunk that is being taken, a `Box` of its outputs, and how many those are.
  private var current: (box: AnyObject, count: Int)?
  private var position = 0
  /// Chunks that were taken and not reported.
  private var unreported = 0
  /// Whether the consumer has left: outcomes go as they come.
  private var isUnread = false

  private enum Ending { case done, failed(any Error) }

  init(
    name: String, isOrdered: Bool, isPassive: Bool, output: Any.Type, draw: @escaping () throws -> StreamWork?,
    decode: @escaping ([UInt8], Int) throws -> AnyObject
  ) {
    self.name = name
    self.isOrdered = isOrdered
    self.isPassive = isPassive
    number = WireCoders.find(output)
    drawChunk = draw
    self.decode = decode
  }

  // MARK: The pool's side

  override package func draw() throws -> Bool {
    guard let work = try drawChunk() else { return false }
    locked {
      update(drawn) { $0.work = work; $0.count = work.count }
      drawn += 1
    }
    return true
  }

  /// Changes the place of a chunk, which is made if it is new; nil for one that was taken. Called with the lock held.
  @inline(__always) @discardableResult
  private func update<R>(_ chunk: Int, _ body: (inout StreamPlace) -> R) -> R? {
    guard chunk >= firstPlace else { return nil }
    while places.count <= chunk - firstPlace { places.append(StreamPlace()) }
    return body(&places[chunk - firstPlace])
  }

  private func takeWork(_ chunk: Int) -> StreamWork? {
    locked {
      update(chunk) { place in
        defer { place.work = nil }
        return place.work
      } ?? nil
    }
  }

  override package func encode(_ chunk: Int) throws -> OutgoingBytes { try takeWork(chunk)?.encoded() ?? OutgoingBytes([]) }

  override package func run(_ chunk: Int) -> (any Error)? {
    guard case .toRun(_, let run)? = takeWork(chunk) else { return nil }
    do {
      let (box, count) = try run()
      keep(chunk, .box(box), count)
      return nil
    } catch {
      return error
    }
  }

  override package func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    let number = number.flatMap { number in bytes.withUnsafeBytes { Scalars.bits(number, in: $0) } }
    try store(chunk, number) { bytes }
  }

  override package func store(_ chunk: Int, _ few: FewBytes) throws {
    let number = number.flatMap { number in few.withBytes { Scalars.bits(number, in: $0) } }
    try store(chunk, number) { few.list }
  }

  private func store(_ chunk: Int, _ scalar: (UInt64, UInt64)?, _ bytes: () -> [UInt8]) throws {
    let count = locked { () -> Int? in
      update(chunk) { place in
        guard let scalar, place.count == 1 else { return place.count }
        place.outcome = .scalar(scalar.0, scalar.1)
        return nil
      } ?? nil
    }
    if let count { keep(chunk, .box(try decode(bytes(), count)), count) }
  }

  override package func store(_ chunk: Int, failure: any Error) { keep(chunk, .failure(failure), 0) }

  private func keep(_ chunk: Int, _ outcome: SettlingJob.Kept, _ count: Int) {
    locked { update(chunk) { ($0.outcome, $0.count) = (isUnread ? .nothing : outcome, count) } }
  }

  override package func deliver(_ chunks: Range<Int>) {
    locked {
      if isOrdered { frontier = max(frontier, chunks.upperBound) } else { arrived.append(contentsOf: chunks) }
      if isUnread { skip() }
    }
  }

  override package func wakeConsumers() { wake {} }

  override package func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    // Dropped without the lock: the end of a user's object may run the user's code.
    var dropped: [StreamWork] = []
    wake {
      end = error.map { .failed($0) } ?? .done
      for index in places.indices {
        if let work = places[index].work { dropped.append(work) }
        places[index].work = nil
      }
    }
    dropped = []
  }

  private func wake(_ change: () -> Void) {
    let woken = locked { () -> [Waiter] in
      change()
      if waiters.isEmpty { return [] }
      defer { waiters = [] }
      return waiters
    }
    for waiter in woken { waiter.wake() }
  }

  // MARK: The consumer's side

  /// What the consumer finds.
  enum Step {
    /// The next output, a number.
    case number(UInt64, UInt64)
    /// The next output: one in a `Box` of a list.
    case element(AnyObject, Int)
    case failure(any Error)
    case finished
    case nothingYet
  }

  /// Takes the next output if it is there; and how many chunks were begun and are to be reported now.
  func step(reportSize: Int) -> (step: Step, due: Int) {
    locked {
      let step = takeNext()
      return (step, takeDue(reportSize, after: step))
    }
  }

  /// How many chunks are to be reported after this step: so many at least, or all where nothing is left to take. Called with
  /// the lock held.
  private func takeDue(_ reportSize: Int, after step: Step?) -> Int {
    var size = reportSize
    // Before anybody waits: the inputs may wait for the room that this makes.
    if case .nothingYet? = step { size = 1 }
    guard unreported >= size else { return 0 }
    defer { unreported = 0 }
    return unreported
  }

  /// Nobody takes anything any more; whether the job goes on.
  func leave() -> Bool {
    // Dropped without the lock: the end of a user's object may run the user's code.
    let (dropped, goesOn) = locked { () -> (([SettlingJob.Kept], AnyObject?), Bool) in
      isUnread = true
      let dropped = (places.map(\.outcome), current?.box)
      for index in places.indices { places[index].outcome = .nothing }
      current = nil
      skip()
      return (dropped, end == nil)
    }
    return withExtendedLifetime(dropped) { goesOn }
  }

  /// Takes what is there, for nobody. Called with the lock held.
  private func skip() {
    while let chunk = nextChunk() { _ = take(chunk) }
  }

  /// How many bytes an output has, where it is a number whose bits may be anything.
  var numberSize: Int? { number.flatMap { $0.takesAnyBits ? $0.tag.scalarByteCount : nil } }

  /// Takes numbers that are there, up to `limit`, and what comes behind them if it is something else. The same is due as for a
  /// step.
  func takeNumbers(_ limit: Int, _ add: (UInt64, UInt64) -> Void) -> (step: Step?, due: Int) {
    locked {
      var step: Step?
      for _ in 0..<limit {
        let next = takeNext()
        guard case .number(let low, let high) = next else {
          step = next
          break
        }
        add(low, high)
      }
      return (step, takeDue(limit, after: step))
    }
  }

  private func takeNext() -> Step {
    while true {
      if let current {
        if position < current.count {
          position += 1
          return .element(current.box, position - 1)
        }
        self.current = nil
      }
      guard let chunk = nextChunk() else { break }
      unreported += 1
      switch take(chunk) {
      case (.scalar(let low, let high), _): return .number(low, high)
      case (.box(let box), let count): (current, position) = ((box, count), 0)
      case (.failure(let error), _): return .failure(error)
      case (.nothing, _): break
      }
    }
    switch end {
    case .failed(let error): return .failure(error)
    case .done: return .finished
    case nil: return .nothingYet
    }
  }

  /// Takes what is left of the chunk that the last output came from: a `Box` of a list, and which of it.
  func restOfChunk() -> (box: AnyObject, range: Range<Int>)? {
    locked {
      guard let current, position < current.count else { return nil }
      defer { position = current.count }
      return (current.box, position..<current.count)
    }
  }

  /// The outcome of a chunk, which it gives away. Called with the lock held.
  private func take(_ chunk: Int) -> (SettlingJob.Kept, Int) {
    let outcome = update(chunk) { place -> (SettlingJob.Kept, Int) in
      defer { (place.outcome, place.isTaken) = (.nothing, true) }
      return (place.outcome, place.count)
    }
    while places.first?.isTaken == true {
      places.removeFirst()
      firstPlace += 1
    }
    return outcome ?? (.nothing, 0)
  }

  private func nextChunk() -> Int? {
    if isOrdered {
      guard next < frontier else { return nil }
      defer { next += 1 }
      return next
    }
    guard arrivedStart < arrived.count else { return nil }
    defer {
      arrivedStart += 1
      if arrivedStart == arrived.count {
        arrived.removeAll(keepingCapacity: true)
        arrivedStart = 0
      }
    }
    return arrived[arrivedStart]
  }

  /// Registers a waiter unless there is something to take already.
  func add(_ waiter: Waiter) -> Bool {
    locked {
      let isBetween = current.map { position == $0.count } ?? true
      guard isBetween, end == nil, isOrdered ? next >= frontier : arrivedStart == arrived.count else { return false }
      waiters.append(waiter)
      return true
    }
  }

  func remove(_ parker: any Parker) {
    locked { waiters.remove(parker) }
  }
}

/// One chunk of inputs, with the function bound to it.
enum StreamWork {
  /// For a process: so many inputs, as they travel, or why they cannot.
  case toSend(Int, Result<OutgoingBytes, any Error>)
  /// For a thread: so many inputs; makes a `Box` of the outputs, and says how many those are.
  case toRun(Int, () throws -> (AnyObject, Int))

  var count: Int {
    switch self {
    case .toSend(let count, _), .toRun(let count, _): count
    }
  }

  func encoded() throws -> OutgoingBytes {
    guard case .toSend(_, let bytes) = self else { return OutgoingBytes([]) }
    return try bytes.get()
  }
}

/// One chunk of a stream, from its drawing to its taking.
private struct StreamPlace {
  /// What is to be done, until it is sent or run.
  var work: StreamWork?
  /// How many inputs it has, or outputs.
  var count = 0
  var outcome = SettlingJob.Kept.nothing
  var isTaken = false
}
