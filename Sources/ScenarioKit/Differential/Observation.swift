/// What a step saw, in words that all implementations share.
package enum Observation: Hashable, Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case text(String)
  case list([Observation])
  /// An error: its kind and its message, both as CPython has them.
  case error(String, String)
  /// The step did not end.
  case hang

  /// The same without the order of a list.
  var sorted: Observation {
    guard case .list(let items) = self else { return self }
    return .list(items.sorted { $0.description < $1.description })
  }
}

extension Observation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .none: "nothing"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .text(let value): value.debugDescription
    case .list(let items): "[\(items.map(\.description).joined(separator: ", "))]"
    case .error(let kind, ""): kind
    case .error(let kind, let message): "\(kind): \(message)"
    case .hang: "no end"
    }
  }
}

extension Observation: Codable {
  private enum Key: String, CodingKey { case error }

  /// Reads the form that programs in any language can write: null, true, 1, "text", [...], {"error": [kind, message]}.
  package init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .none
    } else if let value = try? single.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? single.decode(Int.self) {
      self = .int(value)
    } else if let value = try? single.decode(String.self) {
      self = value == Self.hangMark ? .hang : .text(value)
    } else if let items = try? single.decode([Observation].self) {
      self = .list(items)
    } else {
      let error = try decoder.container(keyedBy: Key.self).decode([String].self, forKey: .error)
      self = .error(error.first ?? "", error.dropFirst().first ?? "")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var single = encoder.singleValueContainer()
    switch self {
    case .none: try single.encodeNil()
    case .bool(let value): try single.encode(value)
    case .int(let value): try single.encode(value)
    case .text(let value): try single.encode(value)
    case .list(let items): try single.encode(items)
    case .error(let kind, let message): try single.encode([Key.error.rawValue: [kind, message]])
    case .hang: try single.encode(Self.hangMark)
    }
  }

  /// No task of a program gives this text.
  private static let hangMark = "hang"
}
