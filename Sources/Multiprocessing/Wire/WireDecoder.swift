/// Reads one value: the decoder that its `init(from:)` sees, and the place up to which its entries have been read.
final class WireDecoder: Decoder {
  let source: WireSource
  let value: WireValue
  let parent: WireDecoder?
  let step: WireStep
  /// The type being decoded, `nil` for a nested decoder.
  let type: (any Decodable.Type)?
  let depth: Int

  /// Where the entry starts that will be asked for next if the entries are read in the order in which they were
  /// written.
  private var cursor: Int
  /// Where the value of each entry lies; made only when entries are asked for in another order and there are many.
  private var index: [String: Int]?

  init(
    source: WireSource, value: WireValue, parent: WireDecoder?, step: WireStep, type: (any Decodable.Type)?, depth: Int
  ) {
    self.source = source
    self.value = value
    self.parent = parent
    self.step = step
    self.type = type
    self.depth = depth
    cursor = value.body
  }

  /// The bytes of the message, as long as they are there.
  @inline(__always) var bytes: WireBytes { source.bytes }

  // MARK: Decoder

  var codingPath: [any CodingKey] {
    var path = parent?.codingPath ?? []
    if let key = step.codingKey { path.append(key) }
    return path
  }

  var userInfo: [CodingUserInfoKey: Any] { source.userInfo }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard value.tag == .keyed || value.tag == .looseKeyed || value.tag == .empty else {
      throw mismatch([String: Any].self, value, step: .same)
    }
    return KeyedDecodingContainer(WireKeyedDecoding<Key>(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try WireUnkeyedDecoding(decoder: self)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    WireSingleDecoding(decoder: self)
  }

  // MARK: Entries

  private struct Entry {
    var nameStart: Int
    var nameEnd: Int
    var value: WireValue
  }

  /// Finds the value of an entry; `nil` if there is none.
  ///
  /// With `advancing`, the entry after it is expected next.
  @inline(__always) func find(_ name: String, advancing: Bool) throws(WireError) -> WireValue? {
    if value.tag == .keyed, cursor < value.end {
      let entry = try entry(at: cursor)
      if try isName(name, of: entry) {
        if advancing { cursor = entry.value.next }
        return entry.value.tag == .absent ? nil : entry.value
      }
    }
    return try search(name, advancing: advancing)
  }

  @inline(never) private func search(_ name: String, advancing: Bool) throws(WireError) -> WireValue? {
    var found: WireValue?
    if let index {
      if let position = index[name] { found = try bytes.value(at: position, limit: value.end) }
    } else {
      var position = value.body
      var count = 0
      while position < value.end {
        let entry = try entry(at: position)
        if entry.value.tag != .absent, try isName(name, of: entry) {
          found = entry.value
          // In a loose container the last one counts.
          if value.tag == .keyed { break }
        }
        position = entry.value.next
        count += 1
      }
      // From here on a search of all entries would be a waste.
      if count > 16 { try makeIndex() }
    }
    if advancing, let found { cursor = found.next }
    return found
  }

  private func makeIndex() throws(WireError) {
    var index: [String: Int] = [:]
    var position = value.body
    while position < value.end {
      let entry = try entry(at: position)
      if entry.value.tag != .absent { index[try self.name(of: entry)] = valueStart(of: entry) }
      position = entry.value.next
    }
    self.index = index
  }

  private func valueStart(of entry: Entry) -> Int { entry.nameEnd }

  /// Reads the name and the extent of the entry that starts at `position`.
  @inline(__always) private func entry(at position: Int) throws(WireError) -> Entry {
    var nameStart = position + 1
    var count = Int(try bytes.pointer(position, to: nameStart).load(as: UInt8.self))
    if count == 255 { (nameStart, count) = try longName(at: position) }
    guard count < value.end - nameStart else {
      throw WireError(.truncated, "The bytes end within the name of an entry.", offset: position)
    }
    let nameEnd = nameStart + count
    let value = try bytes.value(at: nameEnd, limit: value.end)
    return Entry(nameStart: nameStart, nameEnd: nameEnd, value: value)
  }

  private func longName(at position: Int) throws(WireError) -> (start: Int, count: Int) {
    guard value.end - position >= 9 else {
      throw WireError(.truncated, "The bytes end within the length of a name.", offset: position)
    }
    let count = try bytes.pointer(position + 1, to: position + 9).loadUnaligned(as: UInt64.self)
    guard count <= UInt64(value.end - position - 9) else {
      throw WireError(.badLength, "The length of a name says \(count).", offset: position)
    }
    return (position + 9, Int(count))
  }

  @inline(__always) private func isName(_ name: String, of entry: Entry) throws(WireError) -> Bool {
    let count = entry.nameEnd - entry.nameStart
    guard name.utf8.count == count else { return false }
    let pointer = try bytes.pointer(entry.nameStart, to: entry.nameEnd)
    var name = name
    let bytes = UnsafeRawBufferPointer(start: pointer, count: count)
    return name.withUTF8 { WireBytes.areEqual(UnsafeRawBufferPointer($0), bytes) }
  }

  private func name(of entry: Entry) throws(WireError) -> String {
    let pointer = try bytes.pointer(entry.nameStart, to: entry.nameEnd)
    let utf8 = UnsafeRawBufferPointer(start: pointer, count: entry.nameEnd - entry.nameStart)
    return try WireReader.text(utf8, at: entry.nameStart)
  }

  /// The names of all entries in the order in which they were written; up to where the bytes are damaged, if they are.
  func entryNames() -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    var position = value.body
    while position < value.end, let entry = try? entry(at: position), let name = try? name(of: entry) {
      if entry.value.tag != .absent, value.tag == .keyed || seen.insert(name).inserted { names.append(name) }
      position = entry.value.next
    }
    return names
  }

  // MARK: Values

  /// Decodes a value that lies in this one.
  func decodeValue<Value: Decodable>(
    _ type: Value.Type, _ value: WireValue, step: @autoclosure () -> WireStep
  ) throws -> Value {
    if let coder = WireCoders.find(type) {
      if coder.tag == value.tag { return try coder.read(value, in: bytes, as: type) }
      // A list in another form than expected may still be read element by element.
      if coder.isScalar || coder.tag == .string { return try decodeOtherForm(type, value, step()) }
    } else if value.tag == .uint8.packed {
      return try decodeBytes(type, value, step())
    }
    return try makeChild(value, step: step(), type: type).run(type)
  }

  // These two are not part of `decodeValue` because the mere presence of an optional of the value's type makes it twice
  // as slow.

  /// Decodes a number or a text from a value with another tag.
  @inline(never) private func decodeOtherForm<Value: Decodable>(
    _ type: Value.Type, _ value: WireValue, _ step: WireStep
  ) throws -> Value {
    if let scalar = type as? any WireScalar.Type, let result = try convert(value, to: scalar) as? Value {
      return result
    }
    throw mismatch(type, value, step: step)
  }

  /// Decodes a value that was written as a list of bytes.
  @inline(never) private func decodeBytes<Value: Decodable>(
    _ type: Value.Type, _ value: WireValue, _ step: WireStep
  ) throws -> Value {
    if let data = try bytes.readData(value, as: type) { return data }
    return try makeChild(value, step: step, type: type).run(type)
  }

  @inline(__always) func decodeScalar<Scalar: WireScalar>(
    _ value: WireValue, step: @autoclosure () -> WireStep
  ) throws -> Scalar {
    if value.tag == Scalar.tag, let result = Scalar.load(try bytes.pointer(to: value)) { return result }
    if let result = try convert(value, to: Scalar.self) { return result }
    throw mismatch(Scalar.self, value, step: step())
  }

  @inline(__always) func decodeText(_ value: WireValue, step: @autoclosure () -> WireStep) throws -> String {
    guard value.tag == .string else { throw mismatch(String.self, value, step: step()) }
    return try bytes.text(value)
  }

  // The entries of a keyed container are decoded here and not in the container, which is generic over its keys: the
  // compiler makes a fast version of these for each type of number, but not of generic ones for all keys.

  func decodeEntry<Scalar: WireScalar>(_ name: String, step: @autoclosure () -> WireStep) throws -> Scalar {
    guard let value = try find(name, advancing: true) else { throw missing(step()) }
    return try decodeScalar(value, step: step())
  }

  func decodeEntryIfPresent<Scalar: WireScalar>(_ name: String, step: @autoclosure () -> WireStep) throws -> Scalar? {
    guard let value = try find(name, advancing: true), value.tag != .null else { return nil }
    return try decodeScalar(value, step: step())
  }

  func decodeEntry(_ name: String, step: @autoclosure () -> WireStep) throws -> String {
    guard let value = try find(name, advancing: true) else { throw missing(step()) }
    return try decodeText(value, step: step())
  }

  func decodeEntryIfPresent(_ name: String, step: @autoclosure () -> WireStep) throws -> String? {
    guard let value = try find(name, advancing: true), value.tag != .null else { return nil }
    return try decodeText(value, step: step())
  }

  /// What lies behind the mark of an optional that looks like `nil`.
  func content(ofSome value: WireValue) throws(WireError) -> WireValue {
    try bytes.value(at: value.body, limit: value.end)
  }

  /// Runs the type's own code.
  func run<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do {
      return try Value(from: self)
    } catch var error as WireError where error.path == nil {
      error.path = WireError.path(codingPath)
      throw error
    }
  }

  private func makeChild(_ value: WireValue, step: WireStep, type: (any Decodable.Type)?) throws -> WireDecoder {
    if depth >= Wire.maximumDepth { throw WireError.tooDeep() }
    return WireDecoder(source: source, value: value, parent: self, step: step, type: type, depth: depth + 1)
  }

  /// Makes the decoder of a nested container or of a super class.
  func makeNested(_ value: WireValue, step: WireStep) throws -> WireDecoder {
    try makeChild(value, step: step, type: nil)
  }

  /// The value of a super decoder that was never written.
  var missingValue: WireValue { WireValue(tag: .null, body: value.end, end: value.end) }

  /// Takes a number that was written as another type, as long as it stays the same number.
  @inline(never) private func convert<Scalar: WireScalar>(_ value: WireValue, to type: Scalar.Type) throws -> Scalar? {
    guard value.tag.isScalar, value.tag != Scalar.tag else { return nil }
    return WireNumber(tag: value.tag, try bytes.pointer(to: value)).flatMap { Scalar($0) }
  }
}

// MARK: Errors

// Whatever a type may wish to catch is the error that `Codable` prescribes: several types of Foundation try one form
// after another.
extension WireDecoder {
  @inline(never) func mismatch(_ type: Any.Type, _ value: WireValue, step: WireStep) -> DecodingError {
    let path = codingPath + (step.codingKey.map { [$0] } ?? [])
    let place = "at byte \(value.body)"
    if value.tag == .null || value.tag == .some {
      let text = "A value of type \(type) is needed, and the bytes hold nil \(place)."
      return .valueNotFound(type, DecodingError.Context(codingPath: path, debugDescription: text))
    }
    let text = "A value of type \(type) is needed, and the bytes hold \(value.tag.name) \(place)."
    return .typeMismatch(type, DecodingError.Context(codingPath: path, debugDescription: text))
  }

  @inline(never) func missing(_ step: WireStep) -> DecodingError {
    let key = step.codingKey ?? WireKey.super
    let text = "There is no entry \"\(key.stringValue)\"."
    return .keyNotFound(key, DecodingError.Context(codingPath: codingPath, debugDescription: text))
  }

  @inline(never) func atEnd(_ type: Any.Type, step: WireStep) -> DecodingError {
    let path = codingPath + (step.codingKey.map { [$0] } ?? [])
    let text = "One more element of type \(type) is needed, and the list has ended."
    return .valueNotFound(type, DecodingError.Context(codingPath: path, debugDescription: text))
  }
}
