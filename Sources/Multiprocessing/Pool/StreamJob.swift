import DequeModule
package import PoolCore

/// imap: inputs drawn as they are needed, outcomes taken as they come.
package final class StreamJob<Output: Sendable>: Job, @unchecked Sendable {
  // Sendable: as for Job. The inputs are drawn by the task handler alone, the outcomes taken by one consumer at a time.
  private let isOrdered: Bool
  /// Draws a chunk: its encoder and its runner; nil at the end.
  private let drawChunk: () throws -> StreamChunk?
  private let decode: ([UInt8], Int) throws -> [Output]

  override var keepsEveryFailure: Bool { true }
  /// The coder of the outputs, where they are numbers.
  private let number = WireCoders.find(Output.self)
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
  /// Items of the chunk that is being taken.
  private var current: [Output] = []
  private var position = 0

  private enum Ending { case done, failed(any Error) }

  init(
    name: String, isOrdered: Bool, draw: @escaping () throws -> StreamChunk?,
    decode: @escaping ([UInt8], Int) throws -> [Output]
  ) {
    self.name = name
    self.isOrdered = isOrdered
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
  @discardableResult
  private func update<R>(_ chunk: Int, _ body: (inout StreamPlace) -> R) -> R? {
    guard chunk >= firstPlace else { return nil }
    while places.count <= chunk - firstPlace { places.append(StreamPlace()) }
    return body(&places[chunk - firstPlace])
  }

  private func takeWork(_ chunk: Int) -> StreamChunk? {
    locked {
      update(chunk) { place in
        defer { place.work = nil }
        return place.work
      } ?? nil
    }
  }

  override package func encode(_ chunk: Int) throws -> [UInt8] { try takeWork(chunk)?.encode() ?? [] }

  override package func run(_ chunk: Int) -> (any Error)? {
    guard let work = takeWork(chunk) else { return nil }
    do {
      keep(chunk, .box(try work.run()))
      return nil
    } catch {
      return error
    }
  }

  override package func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    let count = locked { update(chunk) { $0.count } } ?? 0
    if count == 1, let number, let (low, high) = Scalars.bits(number, in: bytes) { return keep(chunk, .scalar(low, high)) }
    keep(chunk, .box(Box(try decode(bytes, count))))
  }

  override package func store(_ chunk: Int, failure: any Error) { keep(chunk, .failure(failure)) }

  private func keep(_ chunk: Int, _ outcome: SettlingJob.Kept) { locked { update(chunk) { $0.outcome = outcome } } }

  override package func deliver(_ chunks: Range<Int>) {
    locked {
      if isOrdered { frontier = max(frontier, chunks.upperBound) } else { arrived.append(contentsOf: chunks) }
    }
  }

  override package func wakeConsumers() { wake {} }

  override package func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    // Dropped without the lock: the end of a user's object may run the user's code.
    var dropped: [StreamChunk] = []
    wake {
      end = error.map { .failed($0) } ?? .done
      for index in places.indices {
        if let work = places[index].work { dropped.append(work) }
        places[index].work = nil
      }
    }
    pool = nil
    dropped = []
  }

  private func wake(_ change: () -> Void) {
    let woken = locked {
      change()
      defer { waiters = [] }
      return waiters
    }
    for waiter in woken { waiter.wake() }
  }

  // MARK: The consumer's side

  /// What the consumer finds.
  package enum Step {
    /// The next item. `chunksTaken`: how many chunks were begun to get it.
    case item(Output, chunksTaken: Int)
    case failure(any Error, chunksTaken: Int)
    case finished
    case nothingYet

    var isNothingYet: Bool {
      if case .nothingYet = self { return true }
      return false
    }
  }

  /// Takes the next item if it is there.
  package func step() -> Step {
    locked {
      var taken = 0
      while true {
        if position < current.count {
          position += 1
          return .item(current[position - 1], chunksTaken: taken)
        }
        guard let chunk = nextChunk() else { break }
        taken += 1
        switch take(chunk) {
        case .scalar(let low, let high): return .item(Scalars.value(low, high), chunksTaken: taken)
        // Proof of the cast: only lists of this job's own outputs are kept, by `run` and `store`.
        case .box(let box): (current, position) = (unsafeDowncast(box, to: Box<[Output]>.self).value, 0)
        case .failure(let error): return .failure(error, chunksTaken: taken)
        case .nothing: break
        }
      }
      switch end {
      case .failed(let error): return .failure(error, chunksTaken: taken)
      case .done: return .finished
      case nil: return .nothingYet
      }
    }
  }

  /// Takes what is left of the chunk that the last item came from.
  final func restOfChunk() -> ArraySlice<Output> {
    locked {
      defer { position = current.count }
      return current[position...]
    }
  }

  /// The outcome of a chunk, which it gives away. Called with the lock held.
  private func take(_ chunk: Int) -> SettlingJob.Kept {
    let outcome = update(chunk) { place in
      defer { (place.outcome, place.isTaken) = (.nothing, true) }
      return place.outcome
    }
    while places.first?.isTaken == true {
      places.removeFirst()
      firstPlace += 1
    }
    return outcome ?? .nothing
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
  package func add(_ waiter: Waiter) -> Bool {
    locked {
      guard position == current.count, end == nil, isOrdered ? next >= frontier : arrivedStart == arrived.count else {
        return false
      }
      waiters.append(waiter)
      return true
    }
  }

  package func remove(_ parker: any Parker) {
    locked { waiters.remove(parker) }
  }
}

/// One chunk of inputs with the function bound to it.
struct StreamChunk {
  var count: Int
  var encode: () throws -> [UInt8]
  /// A `Box` of the outputs.
  var run: () throws -> AnyObject
}

/// One chunk of a stream, from its drawing to its taking; it does not depend on a type, as for `SettlingJob`.
private struct StreamPlace {
  /// What is to be done, until it is sent or run.
  var work: StreamChunk?
  var count = 0
  var outcome = SettlingJob.Kept.nothing
  var isTaken = false
}
