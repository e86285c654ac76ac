/// The first byte of every value, which says what follows and how far it reaches.
///
/// A plain number and not an enumeration, because it is read from bytes that may hold anything: an unknown tag is a
/// value like any other until `WireReader` refuses it.
struct WireTag: Equatable, Sendable {
  let rawValue: UInt8

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  // Zero is no tag, so that memory that was never written is not a message.

  /// A value whose `encode(to:)` wrote nothing.
  static let empty = WireTag(rawValue: 0x01)
  /// `nil`.
  static let null = WireTag(rawValue: 0x02)
  /// A value that is present and is itself written as `nil`; only another of its kind or `null` may follow.
  static let some = WireTag(rawValue: 0x03)
  /// The place of an entry that `encodeIfPresent` left out, kept so that entries can be read in order.
  static let absent = WireTag(rawValue: 0x04)

  // Numbers: the low four bits choose the row in `byteCounts`.

  static let bool = WireTag(rawValue: 0x10)
  static let int8 = WireTag(rawValue: 0x11)
  static let uint8 = WireTag(rawValue: 0x12)
  static let int16 = WireTag(rawValue: 0x13)
  static let uint16 = WireTag(rawValue: 0x14)
  static let int32 = WireTag(rawValue: 0x15)
  static let uint32 = WireTag(rawValue: 0x16)
  static let int64 = WireTag(rawValue: 0x17)
  static let uint64 = WireTag(rawValue: 0x18)
  static let int128 = WireTag(rawValue: 0x19)
  static let uint128 = WireTag(rawValue: 0x1A)
  static let float16 = WireTag(rawValue: 0x1B)
  static let float = WireTag(rawValue: 0x1C)
  static let double = WireTag(rawValue: 0x1D)

  // 0x20 to 0x2D: many numbers of one kind, see `packed`.

  /// A string in UTF-8.
  static let string = WireTag(rawValue: 0x30)
  /// An unkeyed container.
  static let list = WireTag(rawValue: 0x31)
  /// A keyed container in which no key occurs twice.
  static let keyed = WireTag(rawValue: 0x32)
  /// A keyed container in which a key may occur again; the last one counts.
  static let looseKeyed = WireTag(rawValue: 0x33)
  /// What a super encoder wrote: one value or none.
  static let slot = WireTag(rawValue: 0x34)

  /// Whether the tag is followed by exactly one number.
  @inline(__always) var isScalar: Bool { rawValue & 0xF0 == 0x10 && rawValue <= 0x1D }

  /// Whether the tag is followed by a run of numbers of one kind.
  @inline(__always) var isPacked: Bool { rawValue & 0xF0 == 0x20 && rawValue <= 0x2D }

  /// Whether the tag is followed by a length of 64 bits.
  @inline(__always) var isMeasured: Bool { isPacked || (rawValue >= 0x30 && rawValue <= 0x34) }

  /// The tag of a run of the numbers that this tag announces, and the other way round.
  @inline(__always) var packed: WireTag { WireTag(rawValue: rawValue ^ 0x30) }

  /// How many bytes one number takes; meaningful for scalar and packed tags only.
  @inline(__always) var scalarByteCount: Int {
    // The binary logarithm of each size, four bits a kind, `bool` in the lowest ones.
    let byteCounts: UInt64 = 0x0032_1443_3221_1000
    return 1 << Int((byteCounts >> (UInt64(rawValue & 0x0F) * 4)) & 0x0F)
  }

  /// What a reader of an error message calls such a value.
  var name: String {
    switch self {
    case .empty: "a value that wrote nothing"
    case .null, .some: "nil"
    case .absent: "an absent entry"
    case .bool: "a Bool"
    case .int8: "an Int8"
    case .uint8: "a UInt8"
    case .int16: "an Int16"
    case .uint16: "a UInt16"
    case .int32: "an Int32"
    case .uint32: "a UInt32"
    case .int64: "an Int64"
    case .uint64: "a UInt64"
    case .int128: "an Int128"
    case .uint128: "a UInt128"
    case .float16: "a Float16"
    case .float: "a Float"
    case .double: "a Double"
    case .string: "a String"
    case .list: "a list"
    case .keyed, .looseKeyed: "a keyed container"
    case .slot: "the value of a super encoder"
    default: isPacked ? "a list of numbers" : "an unknown tag (\(rawValue))"
    }
  }
}
