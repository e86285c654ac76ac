/// One value in memory that processes share, with a lock; Python's `multiprocessing.Value`.
///
/// Only types without references fit: numbers, and structs of numbers. Reading and writing take the lock; a change that
/// depends on the old value belongs into `withValue`, for `+=` from outside is two steps. It travels as a `Lock` does.
public final class SharedValue<Value: BitwiseCopyable & Sendable>: Codable, Sendable {
  private let array: SharedArray<Value>

  /// A shared value that begins as this one.
  ///
  /// - Parameters:
  ///   - value: the first value.
  ///   - context: there because Python's has one; any start method takes the value.
  /// - Throws: `system` where no shared memory is left.
  public init(_ value: Value, context: Context? = nil) throws { array = try SharedArray([value], context: context) }

  /// Joins the value that another process shared. Used by the library.
  public init(from decoder: any Decoder) throws { array = try SharedArray(from: decoder, as: "Synchronized") }

  /// Shares the value with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws { try array.share(to: encoder, as: "Synchronized") }

  /// The value; each reading and each writing takes the lock, and blocks while another holds it.
  public var value: Value {
    get { array.locked { $0[0] } }
    set { array.locked { $0[0] = newValue } }
  }

  /// Changes the value in one step: with the lock held, which stands for Python's `get_lock()`. Throws what `body` throws.
  public func withValue<R>(_ body: (inout Value) throws -> R) rethrows -> R { try array.locked { try body(&$0[0]) } }
}

/// Values in memory that processes share, with a lock; Python's `multiprocessing.Array`.
///
/// Only types without references fit. It travels as a `Lock` does, and is the cheapest way to show all workers the same large
/// numbers: the memory is one, nothing is copied.
public final class SharedArray<Element: BitwiseCopyable & Sendable>: Codable, Sendable {
  private let words: any SharedWords
  private let lock: RLock

  /// A shared copy of these elements; its length never changes.
  ///
  /// - Parameters:
  ///   - elements: the first values.
  ///   - context: there because Python's has one; any start method takes the array.
  /// - Throws: `system` where no shared memory is left.
  public init(_ elements: [Element], context: Context? = nil) throws {
    words = try CurrentWorld.world.makeSharedWords(bytes: elements.count * MemoryLayout<Element>.stride)
    words.store(0, 1)
    lock = RLock(words: words)
    unlocked { _ = $0.update(fromContentsOf: elements) }
  }

  /// Joins the array that another process shared. Used by the library.
  public convenience init(from decoder: any Decoder) throws { try self.init(from: decoder, as: "SynchronizedArray") }

  init(from decoder: any Decoder, as type: String) throws {
    words = try CurrentWorld.world.decodeSharedWords(from: decoder)
    lock = RLock(words: words)
  }

  /// Shares the array with a new process. Used by the library.
  public func encode(to encoder: any Encoder) throws { try share(to: encoder, as: "SynchronizedArray") }

  func share(to encoder: any Encoder, as type: String) throws { try words.share(to: encoder, as: type) }

  private func unlocked<R>(_ body: (UnsafeMutableBufferPointer<Element>) throws -> R) rethrows -> R {
    try words.withBytes { bytes in
      let count = bytes.count / max(1, MemoryLayout<Element>.stride)
      return try bytes.withMemoryRebound(to: Element.self) { elements in
        try body(UnsafeMutableBufferPointer(rebasing: elements[..<count]))
      }
    }
  }

  func locked<R>(_ body: (inout UnsafeMutableBufferPointer<Element>) throws -> R) rethrows -> R {
    lock.acquireAnyway()
    defer { lock.releaseAnyway() }
    return try unlocked { elements in
      var elements = elements
      return try body(&elements)
    }
  }

  /// How many elements there are; asking takes no lock.
  public var count: Int { unlocked { $0.count } }

  /// One element; takes the lock. An index out of range stops the program, as an array's does.
  public subscript(index: Int) -> Element {
    get {
      locked { elements in
        precondition(elements.indices.contains(index), "invalid index")
        return elements[index]
      }
    }
    set {
      locked { elements in
        precondition(elements.indices.contains(index), "invalid index")
        elements[index] = newValue
      }
    }
  }

  /// A copy of all elements, taken in one step.
  public var elements: [Element] { locked { Array($0) } }

  /// Changes the elements in one step: with the lock held, which stands for Python's `get_lock()`. Throws what `body` throws.
  public func withElements<R>(_ body: (inout UnsafeMutableBufferPointer<Element>) throws -> R) rethrows -> R {
    try locked(body)
  }
}

extension RLock {
  /// For accessors, which cannot be marked as blocking: what the lock protects is short.
  func acquireAnyway() { acquire() }
  func releaseAnyway() {
    // The calling thread has just taken it.
    do { try release() } catch { preconditionFailure("\(error)") }
  }
}
