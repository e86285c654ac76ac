/// Why a value could not be encoded or decoded.
package struct WireError: Error, Sendable {
  /// What kind of failure it was.
  package enum Code: Sendable, Hashable {
    /// The bytes end before the value does.
    case truncated
    /// Bytes are left over after the value.
    case trailingBytes
    /// A length or a count says more than the bytes can hold.
    case badLength
    /// The bytes are not of this format.
    case malformed
    /// A text is not valid UTF-8.
    case invalidText
    /// The bytes hold a value of another type, or one that the type refuses.
    case typeMismatch
    /// An entry that the type needs is missing.
    case keyNotFound
    /// A value that the type needs is missing or `nil`.
    case valueNotFound
    /// Values are nested more deeply than `Wire.maximumDepth`.
    case nestedTooDeeply
    /// An encoder or container was used in a way that no value can be written for.
    case misuse
    /// The type's own `encode(to:)` or `init(from:)` threw, see `cause`.
    case custom
  }

  package let code: Code
  /// A full sentence, without the place.
  package let message: String
  /// Where in the value it happened, like `tasks[3].name`; `nil` where unknown, empty for the outermost value.
  package var path: String?
  /// The number of the byte at which reading stopped.
  package let offset: Int?
  /// The error that the value's own code threw.
  package let cause: (any Error)?

  init(_ code: Code, _ message: String, path: String? = nil, offset: Int? = nil, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.path = path
    self.offset = offset
    self.cause = cause
  }
}

extension WireError: CustomStringConvertible {
  package var description: String {
    var text = message
    if let path, !path.isEmpty { text += " It happened at \(path)." }
    if let offset { text += " It happened at byte \(offset)." }
    if path?.isEmpty == false, let offset, let path {
      text = message + " It happened at \(path), byte \(offset)."
    }
    return text
  }
}

// MARK: From the errors of Codable

extension WireError {
  /// The error that a caller of `Wire` sees for whatever an encoding or a decoding threw.
  init(wrapping error: any Error) {
    switch error {
    case let error as WireError:
      self = error
    case let error as DecodingError:
      self.init(decoding: error)
    case EncodingError.invalidValue(_, let context):
      let text = WireError.sentence(context.debugDescription)
      self.init(.custom, text, path: WireError.path(context.codingPath), cause: error)
    default:
      self.init(.custom, "The value's own code threw \(type(of: error)): \(error).", cause: error)
    }
  }

  private init(decoding error: DecodingError) {
    let (code, context): (Code, DecodingError.Context)
    switch error {
    case .typeMismatch(_, let found): (code, context) = (.typeMismatch, found)
    case .valueNotFound(_, let found): (code, context) = (.valueNotFound, found)
    case .keyNotFound(_, let found): (code, context) = (.keyNotFound, found)
    case .dataCorrupted(let found): (code, context) = (.custom, found)
    @unknown default:
      self.init(.custom, "The value could not be decoded: \(error).", cause: error)
      return
    }
    let text = WireError.sentence(context.debugDescription)
    self.init(code, text, path: WireError.path(context.codingPath), cause: error)
  }

  /// Ends a description with a full stop, for those that others wrote.
  private static func sentence(_ text: String) -> String {
    if text.isEmpty { return "The value could not be coded." }
    return text.hasSuffix(".") ? text : text + "."
  }

  /// Writes a coding path as one would write it in Swift.
  static func path(_ codingPath: [any CodingKey]) -> String {
    var text = ""
    for key in codingPath {
      if let key = key as? WireKey, let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += text.isEmpty ? key.stringValue : "." + key.stringValue
      }
    }
    return text
  }
}
