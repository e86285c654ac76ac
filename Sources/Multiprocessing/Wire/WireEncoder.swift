/// What all encoders of one message share.
final class WireMessage {
  let userInfo: [CodingUserInfoKey: any Sendable]
  /// The first mistake made where nothing can be thrown; the encoding ends with it.
  var failure: WireError?

  init(userInfo: [CodingUserInfoKey: any Sendable]) {
    self.userInfo = userInfo
  }
}

/// Writes one value: the encoder that its `encode(to:)` sees, and the state of the container that it asks for.
///
/// There is one for each value that is encoded by its own code, and one for each container or super encoder made inside
/// such a value (a *nested* one, see `WireEncoder+Nesting.swift`).
final class WireEncoder: Encoder {
  enum Shape {
    case undecided
    case single
    case keyed
    case list
    case slot
  }

  let message: WireMessage
  /// Where the encoder writes now.
  private(set) var buffer: WireBuffer
  /// The buffer's memory, kept at hand.
  private(set) var memory: UnsafeMutablePointer<WireMemory>
  /// Where its first byte lies, which is not the same if it was reopened.
  let home: WireBuffer
  let parent: WireEncoder?
  let step: WireStep
  /// The type of the value, `nil` for a nested encoder.
  let type: (any Encodable.Type)?
  let depth: Int
  /// Where the value's first byte lies in `home`.
  let start: Int

  private(set) var shape = Shape.undecided
  /// How many elements of a list or values of a single value container have been written.
  var count = 0
  /// The tag of the elements while a list holds numbers of one kind only.
  var packedTag: WireTag?

  private var keyType: ObjectIdentifier?
  /// Whether a key is one byte, which tells it from all others of its type.
  private(set) var keysAreSmall = false
  /// The small keys that have occurred, as bits.
  var seenKeys: UInt64 = 0
  /// Whether the reader must expect that a key occurs twice.
  var isLoose = false

  /// What a nested encoder has; `nil` for the encoder of a value.
  var nesting: Nesting?
  /// The nested encoders made within this value that somebody may still write to; `nil` if there never was one.
  var nested: [WireEncoder]?
  private(set) var isFinished = false

  init(
    message: WireMessage, buffer: WireBuffer, parent: WireEncoder?, step: WireStep, type: (any Encodable.Type)?,
    depth: Int
  ) {
    self.message = message
    self.buffer = buffer
    memory = buffer.memory
    home = buffer
    self.parent = parent
    self.step = step
    self.type = type
    self.depth = depth
    start = buffer.memory.pointee.count
  }

  // MARK: Encoder

  var codingPath: [any CodingKey] {
    var path = parent?.codingPath ?? []
    if let key = step.codingKey { path.append(key) }
    return path
  }

  var userInfo: [CodingUserInfoKey: Any] { message.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    let target = shape == .slot ? contentOfSlot() : self
    target.becomeKeyed(by: type)
    return KeyedEncodingContainer(WireKeyedEncoding<Key>(encoder: target))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    let target = shape == .slot ? contentOfSlot() : self
    target.becomeList()
    return WireUnkeyedEncoding(encoder: target)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    if shape == .undecided { shape = .single }
    return WireSingleEncoding(encoder: self)
  }

  // MARK: Shapes

  func becomeKeyed<Key: CodingKey>(by type: Key.Type) {
    let keyType = ObjectIdentifier(type)
    if isStillOpenToAnyShape {
      guard openContainer(.keyed, .keyed) else { return }
      self.keyType = keyType
      // A key of one byte, which every synthesized key is, tells by that byte whether it has occurred before. A
      // dictionary's keys differ by themselves. For all other keys nothing is promised to the reader.
      keysAreSmall = MemoryLayout<Key>.size <= 1
      isLoose = !keysAreSmall && !(self.type is any WireDictionary.Type)
    } else if shape != .keyed {
      fail("A value asked for a keyed container after it had used another kind of container.")
    } else if self.keyType != keyType {
      // Two types of keys, as with an inherited `encode(to:)`, may name the same entry.
      isLoose = true
    }
  }

  func becomeList() {
    if isStillOpenToAnyShape {
      guard openContainer(.list, .list) else { return }
      memory.pointee.append(raw: 0 as UInt64)
    } else if shape != .list {
      fail("A value asked for an unkeyed container after it had used another kind of container.")
    }
  }

  func becomeSlot() {
    _ = openContainer(.slot, .slot)
  }

  private var isStillOpenToAnyShape: Bool { shape == .undecided || (shape == .single && count == 0) }

  private func openContainer(_ shape: Shape, _ tag: WireTag) -> Bool {
    do {
      try makeReady()
    } catch {
      fail(error)
      return false
    }
    self.shape = shape
    memory.pointee.open(tag)
    return true
  }

  /// The value that a super encoder's user writes as a container.
  private func contentOfSlot() -> WireEncoder {
    if let content = nesting?.content { return content }
    do {
      try beginSingle()
    } catch {
      fail(error)
    }
    let content = makeNested(step: .same)
    nesting?.content = content
    return content
  }

  // MARK: Failing

  /// Remembers a mistake made where nothing can be thrown.
  func fail(_ error: WireError) {
    if message.failure == nil {
      var error = error
      error.path = error.path ?? WireError.path(codingPath)
      message.failure = error
    }
    // No further byte is written to this buffer without a look at the failure.
    buffer.top = nil
  }

  func fail(_ message: String) {
    fail(WireError(.misuse, message))
  }

  // MARK: Writing

  /// Makes sure that what is appended next becomes part of this value.
  @inline(__always) func makeReady() throws(WireError) {
    if memory.pointee.topEncoder != UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) { try resume() }
  }

  /// Goes on in a buffer of its own.
  func reopen() {
    buffer = WireBuffer(minimumCapacity: 0)
    memory = buffer.memory
    buffer.top = self
  }

  @inline(never) func misused() -> WireError {
    let message =
      shape == .single || shape == .slot
      ? "A single value container was given a second value." : "A value used two kinds of containers."
    return WireError(.misuse, message, path: WireError.path(codingPath))
  }

  /// Encodes a value inside this one, at the end of the buffer.
  ///
  /// If it throws, the entry or element that starts at `mark` is taken back, for the value around it may do without it.
  func encodeValue<Value: Encodable>(_ value: Value, step: @autoclosure () -> WireStep, mark: Int) throws {
    let memory = self.memory
    if let coder = WireCoders.find(Value.self) {
      memory.pointee.append(value, coder)
      return
    }
    do {
      guard depth < Wire.maximumDepth else { throw WireError.tooDeep() }
      let child = WireEncoder(
        message: message, buffer: buffer, parent: self, step: step(), type: Value.self, depth: depth + 1)
      buffer.top = child
      try child.run(value)
    } catch {
      memory.pointee.count = mark
      buffer.top = self
      count -= 1
      throw error
    }
    buffer.top = self
  }

  /// Runs the value's own code and finishes what it wrote.
  func run(_ value: some Encodable) throws {
    try finishing { try value.encode(to: self) }
  }

  /// Writes values as the array of them.
  func runList<Value: Encodable>(_ values: some Collection<Value>) throws {
    try finishing {
      becomeList()
      try values.forEachElement { value in
        let mark = try beginElement()
        try encodeValue(value, step: .index(count - 1), mark: mark)
      }
    }
  }

  @inline(__always) private func finishing(_ body: () throws -> Void) throws {
    defer {
      isFinished = true
      if nested != nil { releaseNested() }
    }
    do {
      try body()
      try finish()
    } catch var error as WireError where error.path == nil {
      error.path = WireError.path(codingPath)
      throw error
    }
  }

  private func finish() throws(WireError) {
    if let failure = message.failure { throw failure }
    if nested != nil { try finishNested() }
    if shape == .undecided || (shape == .single && count == 0) {
      try makeReady()
      memory.pointee.append(.empty)
    } else {
      close(at: memory.pointee.count)
    }
  }

  /// Fills in the length and the count of a container that ends at `end` in its home.
  func close(at end: Int) {
    let memory = home.memory
    switch shape {
    case .undecided, .single: return
    case .list where packedTag == nil: memory.pointee.store(UInt64(count), at: start + 9)
    case .keyed where isLoose: memory.pointee.replace(.looseKeyed, at: start)
    default: break
    }
    memory.pointee.store(UInt64(end - start - 9), at: start + 1)
  }
}

extension Sequence {
  /// Calls `body` with each element.
  ///
  /// Where the types are known at run time only, an iterator costs more than a small element; a pointer costs nothing.
  @inline(__always) func forEachElement(_ body: (Element) throws -> Void) rethrows {
    let isDone: Void? = try withContiguousStorageIfAvailable { elements in
      guard let start = elements.baseAddress else { return }
      for index in 0..<elements.count { try body(start[index]) }
    }
    if isDone == nil {
      for element in self { try body(element) }
    }
  }
}

/// Recognises dictionaries, whose keys differ by themselves.
protocol WireDictionary {}
extension Dictionary: WireDictionary {}

extension WireError {
  @inline(never) static func tooDeep() -> WireError {
    WireError(.nestedTooDeeply, "Values are nested more than \(Wire.maximumDepth) levels deep.")
  }
}
