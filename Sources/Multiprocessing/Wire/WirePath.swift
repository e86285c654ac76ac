/// One step from a value to a value inside it.
///
/// Steps are stored as they come and turned into keys only when somebody asks for a coding path, which is almost never.
enum WireStep {
  /// The same value: a single value container adds nothing to the path.
  case same
  case key(any CodingKey)
  case index(Int)

  var codingKey: (any CodingKey)? {
    switch self {
    case .same: nil
    case .key(let key): key
    case .index(let index): WireKey(index: index)
    }
  }
}

/// The keys that the coders themselves need: positions in a list, and the entry of a super class.
struct WireKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  static let `super` = WireKey(stringValue: "super")

  init(index: Int) {
    stringValue = "Index \(index)"
    intValue = index
  }

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init?(intValue: Int) {
    self.init(index: intValue)
  }
}
