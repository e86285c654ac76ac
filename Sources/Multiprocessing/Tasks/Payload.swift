/// A function whose outputs travel in a form of its own, and not as the array of them.
package protocol OwnEncoding {}

/// Values as bytes, between the processes of one program.
enum Payload {
  /// Runs an encoding; what it throws is told in this library's terms, an error of its own as it is.
  static func encoding<R>(_ what: @autoclosure () -> String, _ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let error as WireError {
      if let own = error.cause as? MultiprocessingError { throw own }
      throw MultiprocessingError(.notEncodable, "\(what()) cannot be encoded: \(error)", cause: error.cause ?? error)
    }
  }

  static func encode<T: Encodable>(_ values: [T]) throws -> [UInt8] {
    // The bytes are the same; this way they are written where they stay.
    if let coder = WireCoders.find(T.self) { return coder.list(values) }
    var writer = WireWriter()
    try Wire.encodeArray(values, into: &writer)
    return writer.bytes
  }

  /// The coder of a function's outputs, where they travel as the array of them.
  static func outputCoder<F: PoolFunction>(_ function: F.Type) -> WireCoder? {
    guard let coder = WireCoders.find(F.Output.self) else { return nil }
    // Only lists are the outputs of such functions; to look is slow.
    return coder.isScalar || coder.tag == .string || !(function is any OwnEncoding.Type) ? coder : nil
  }

  /// Decodes exactly `count` values.
  static func decode<T: Decodable>(_ bytes: [UInt8], count: Int) throws -> [T] {
    let values: [T] = try Wire.decode([T].self, from: bytes)
    guard values.count == count else {
      throw MultiprocessingError(
        .notDecodable, "A chunk of \(count) items came back with \(values.count) results.")
    }
    return values
  }
}
