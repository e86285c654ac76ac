/// The compact binary form in which tasks, arguments and results travel between processes.
///
/// Any `Codable` value can be written. See README.md beside this file for the bytes, and for what is guaranteed.
package enum Wire {
  /// The version of the format.
  ///
  /// Values do not carry it: parent and worker are the same program, and may compare it once, when a worker starts.
  package static let formatVersion: UInt8 = 1

  /// How many values and containers may lie inside one another; more than that is an error.
  ///
  /// Each level runs the value's own code on the caller's stack, with up to 3 KB a level in a debug build and 2 KB in a
  /// release build: a thread that encodes or decodes needs a stack of 2 MB, and has 8 MB unless somebody chose less.
  package static let maximumDepth = 512

  // MARK: Encoding

  /// Encodes a value.
  package static func encode<Value: Encodable>(
    _ value: Value, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) -> [UInt8] {
    if let coder = WireCoders.find(Value.self) {
      // The size is known, so the bytes are written where they will stay.
      return withUnsafePointer(to: value) { pointer in
        let pointer = UnsafeRawPointer(pointer)
        let count = coder.byteCount(pointer)
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
          guard let target = bytes.baseAddress else { return }
          FreshMemory.prepare(UnsafeMutableRawBufferPointer(bytes))
          coder.write(pointer, UnsafeMutableRawPointer(target))
          initialized = count
        }
      }
    }
    let buffer = WireBuffer(minimumCapacity: 256)
    try encode(value, into: buffer, userInfo)
    return Array(buffer.memory.pointee.bytes)
  }

  /// Encodes a value at the end of what `writer` holds.
  ///
  /// If it throws, the writer is as before.
  package static func encode<Value: Encodable>(
    _ value: Value, into writer: inout WireWriter, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) {
    let buffer = writer.uniqueBuffer()
    if let coder = WireCoders.find(Value.self) {
      buffer.memory.pointee.append(value, coder)
    } else {
      try encode(value, into: buffer, userInfo)
    }
  }

  /// Encodes many values at the end of what `writer` holds, as the array of them.
  ///
  /// If it throws, the writer is as before.
  package static func encodeArray<Values: Collection>(
    _ values: Values, into writer: inout WireWriter, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) where Values.Element: Encodable {
    let buffer = writer.uniqueBuffer()
    if let coder = WireCoders.find(Values.Element.self) {
      buffer.memory.pointee.append(all: values, coder)
    } else {
      try withEncoder(of: nil, into: buffer, userInfo) { try $0.runList(values) }
    }
  }

  private static func encode<Value: Encodable>(
    _ value: Value, into buffer: WireBuffer, _ userInfo: [CodingUserInfoKey: any Sendable]
  ) throws(WireError) {
    try withEncoder(of: Value.self, into: buffer, userInfo) { try $0.run(value) }
  }

  private static func withEncoder(
    of type: (any Encodable.Type)?, into buffer: WireBuffer, _ userInfo: [CodingUserInfoKey: any Sendable],
    _ body: (WireEncoder) throws -> Void
  ) throws(WireError) {
    let mark = buffer.memory.pointee.count
    let message = WireMessage(userInfo: userInfo)
    let encoder = WireEncoder(message: message, buffer: buffer, parent: nil, step: .same, type: type, depth: 0)
    buffer.top = encoder
    // Whoever keeps the encoder is told that it is too late, and not led to an encoder that is gone.
    defer { buffer.top = nil }
    do {
      try body(encoder)
    } catch {
      buffer.memory.pointee.count = mark
      throw WireError(wrapping: error)
    }
  }

  // MARK: Decoding

  /// Decodes a value; bytes left over after it are an error.
  package static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: UnsafeRawBufferPointer,
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) -> Value {
    let bytes = WireBytes(bytes)
    return try decode(type, try onlyValue(in: bytes), bytes, userInfo)
  }

  /// Decodes a value; bytes left over after it are an error.
  package static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: [UInt8], userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) -> Value {
    do {
      return try bytes.withUnsafeBytes { try decode(type, from: $0, userInfo: userInfo) }
    } catch {
      throw WireError(wrapping: error)
    }
  }

  /// Decodes the value that comes next and moves the reader past it; if it throws, the reader stays.
  package static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from reader: inout WireReader,
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) -> Value {
    let bytes = WireBytes(reader.bytes)
    let value = try bytes.value(at: reader.offset, limit: bytes.count)
    let result = try decode(type, value, bytes, userInfo)
    reader.advance(to: value.next)
    return result
  }

  /// Decodes the values that come next, written by `encodeArray` or as an array, and moves the reader past them.
  package static func decodeArray<Element: Decodable>(
    of type: Element.Type = Element.self, from reader: inout WireReader,
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) -> [Element] {
    let bytes = WireBytes(reader.bytes)
    let value = try bytes.value(at: reader.offset, limit: bytes.count)
    let result = try decodeArray(of: type, value, bytes, userInfo)
    reader.advance(to: value.next)
    return result
  }

  /// Decodes all values of an array; bytes left over after it are an error.
  package static func decodeArray<Element: Decodable>(
    of type: Element.Type = Element.self, from bytes: UnsafeRawBufferPointer,
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(WireError) -> [Element] {
    let bytes = WireBytes(bytes)
    return try decodeArray(of: type, try onlyValue(in: bytes), bytes, userInfo)
  }

  /// The value that all bytes are.
  private static func onlyValue(in bytes: WireBytes) throws(WireError) -> WireValue {
    let value = try bytes.value(at: 0, limit: bytes.count)
    if value.next == bytes.count { return value }
    let left = bytes.count - value.next
    throw WireError(.trailingBytes, "\(left) bytes are left over after the value.", offset: value.next)
  }

  private static func decodeArray<Element: Decodable>(
    of type: Element.Type, _ value: WireValue, _ bytes: WireBytes, _ userInfo: [CodingUserInfoKey: any Sendable]
  ) throws(WireError) -> [Element] {
    if value.tag != .list || WireCoders.find([Element].self) != nil {
      return try decode([Element].self, value, bytes, userInfo)
    }
    if let elements = WireCoders.find(type)?.elements {
      let all = try bytes.pointer(value.body - 9, to: value.end)
      let list: [Element]? = WireFlat.list(elements, UnsafeRawBufferPointer(start: all, count: value.end - value.body + 9))
      if let list { return list }
    }
    // What `Array` does, without its containers: most chunks have few elements.
    let count = try bytes.elementCount(value)
    let source = WireSource(bytes, userInfo: userInfo)
    defer { source.invalidate() }
    do {
      let decoder = WireDecoder(source: source, value: value, parent: nil, step: .same, type: nil, depth: 0)
      var elements: [Element] = []
      // The count is a claim until the elements have been read.
      elements.reserveCapacity(Swift.min(count, 1024))
      var position = value.body + 8
      for index in 0..<count {
        let element = try bytes.value(at: position, limit: value.end)
        elements.append(try decoder.decodeValue(type, element, step: .index(index)))
        position = element.next
      }
      return elements
    } catch {
      throw WireError(wrapping: error)
    }
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ value: WireValue, _ bytes: WireBytes, _ userInfo: [CodingUserInfoKey: any Sendable]
  ) throws(WireError) -> Value {
    if let coder = WireCoders.find(type), coder.tag == value.tag {
      return try coder.read(value, in: bytes, as: type)
    }
    let source = WireSource(bytes, userInfo: userInfo)
    defer { source.invalidate() }
    do {
      let decoder = WireDecoder(source: source, value: value, parent: nil, step: .same, type: nil, depth: 0)
      return try decoder.decodeValue(type, value, step: .same)
    } catch {
      throw WireError(wrapping: error)
    }
  }
}
