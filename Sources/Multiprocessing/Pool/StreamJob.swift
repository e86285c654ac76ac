package import PoolCore

/// imap: inputs drawn as they are needed, outcomes taken as they come.
package final class StreamJob<Output: Sendable>: Job, @unchecked Sendable {
  // Sendable: as for Job. The inputs are drawn by the task handler alone, the outcomes taken by one consumer at a time.
  private let isOrdered: Bool
  /// Draws a chunk: its encoder and its runner; nil at the end.
  private let drawChunk: () throws -> Work?
  private let decode: ([UInt8], Int) throws -> [Output]

  /// One chunk of inputs with the function bound to it.
  struct Work {
    var count: Int
    var encode: () throws -> [UInt8]
    var run: () throws -> [Output]
  }

  override var keepsEveryFailure: Bool { true }
  let name: String
  override package var title: String { name }

  private var drawn = 0
  private var work: [Int: Work] = [:]
  private var counts: [Int: Int] = [:]
  private var outcomes: [Int: Result<[Output], any Error>] = [:]
  /// Ordered: everything below it may be taken. Unordered: unused.
  private var frontier = 0
  private var next = 0
  /// Unordered: the chunks in order of arrival.
  private var arrived: [Int] = []
  private var arrivedStart = 0
  private var end: Ending?
  private var waiters: [Waiter] = []
  /// Items of the chunk that is being taken.
  private var current: ArraySlice<Output> = []

  private enum Ending { case done, failed(any Error) }

  init(
    name: String, isOrdered: Bool, draw: @escaping () throws -> Work?, decode: @escaping ([UInt8], Int) throws -> [Output]
  ) {
    self.isOrdered = isOrdered
    self.name = name
    drawChunk = draw
    self.decode = decode
  }

  // MARK: The pool's side

  override package func draw() throws -> Bool {
    guard let work = try drawChunk() else { return false }
    locked {
      self.work[drawn] = work
      counts[drawn] = work.count
      drawn += 1
    }
    return true
  }

  override package func encode(_ chunk: Int) throws -> [UInt8] {
    try locked { work.removeValue(forKey: chunk) }?.encode() ?? []
  }

  override package func run(_ chunk: Int) -> (any Error)? {
    guard let work = locked({ work.removeValue(forKey: chunk) }) else { return nil }
    do {
      let outputs = try work.run()
      locked { outcomes[chunk] = .success(outputs) }
      return nil
    } catch {
      return error
    }
  }

  override package func store(_ chunk: Int, _ bytes: [UInt8]) throws {
    let outputs = try decode(bytes, locked { counts[chunk] } ?? 0)
    locked {
      outcomes[chunk] = .success(outputs)
      counts[chunk] = nil
    }
  }

  override package func store(_ chunk: Int, failure: any Error) {
    locked {
      outcomes[chunk] = .failure(failure)
      counts[chunk] = nil
    }
  }

  override package func deliver(_ chunks: Range<Int>) {
    locked {
      if isOrdered { frontier = max(frontier, chunks.upperBound) } else { arrived.append(contentsOf: chunks) }
    }
  }

  override package func wakeConsumers() { wake {} }

  override package func resolve(_ resolution: Resolution, _ error: (any Error)?) {
    var dropped: [Int: Work] = [:]
    wake {
      end = error.map { .failed($0) } ?? .done
      swap(&dropped, &work)
    }
    pool = nil
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
        if let item = current.popFirst() { return .item(item, chunksTaken: taken) }
        guard let chunk = nextChunk() else { break }
        taken += 1
        switch outcomes.removeValue(forKey: chunk) {
        case .success(let outputs): current = outputs[...]
        case .failure(let error): return .failure(error, chunksTaken: taken)
        case nil: break
        }
      }
      switch end {
      case .failed(let error): return .failure(error, chunksTaken: taken)
      case .done: return .finished
      case nil: return .nothingYet
      }
    }
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
      guard current.isEmpty, end == nil, isOrdered ? next >= frontier : arrivedStart == arrived.count else {
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
