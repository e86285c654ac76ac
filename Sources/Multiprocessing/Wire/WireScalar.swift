/// A number of fixed width, or a Bool, which is one byte of 0 or 1.
protocol WireScalar: BitwiseCopyable, Codable, Sendable {
  static var tag: WireTag { get }

  /// Reads a value that has been checked to lie within the bytes; `nil` if its bits are no value of this type.
  static func load(_ pointer: UnsafeRawPointer) -> Self?

  /// Whether each of `count` values is one of this type.
  static func areValid(_ pointer: UnsafeRawPointer, count: Int) -> Bool

  /// Takes a number that was written as another type; `nil` if that would change it.
  init?(_ number: WireNumber)
}

/// A number of any type, on its way into another one.
enum WireNumber {
  case signed(Int128)
  case unsigned(UInt128)
  case floating(Double)

  /// Reads the number behind a tag; `nil` if the tag is not that of a number.
  init?(tag: WireTag, _ pointer: UnsafeRawPointer) {
    switch tag {
    case .int8: self = .signed(Int128(pointer.loadUnaligned(as: Int8.self)))
    case .int16: self = .signed(Int128(pointer.loadUnaligned(as: Int16.self)))
    case .int32: self = .signed(Int128(pointer.loadUnaligned(as: Int32.self)))
    case .int64: self = .signed(Int128(pointer.loadUnaligned(as: Int64.self)))
    case .int128: self = .signed(pointer.loadUnaligned(as: Int128.self))
    case .uint8: self = .unsigned(UInt128(pointer.loadUnaligned(as: UInt8.self)))
    case .uint16: self = .unsigned(UInt128(pointer.loadUnaligned(as: UInt16.self)))
    case .uint32: self = .unsigned(UInt128(pointer.loadUnaligned(as: UInt32.self)))
    case .uint64: self = .unsigned(UInt128(pointer.loadUnaligned(as: UInt64.self)))
    case .uint128: self = .unsigned(pointer.loadUnaligned(as: UInt128.self))
    case .float: self = .floating(Double(pointer.loadUnaligned(as: Float.self)))
    case .double: self = .floating(pointer.loadUnaligned(as: Double.self))
    #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
      case .float16: self = .floating(Double(pointer.loadUnaligned(as: Float16.self)))
    #endif
    default: return nil
    }
  }
}

#if _endian(big)
  #error("The wire format copies numbers as they lie in memory and is little-endian.")
#endif

extension WireScalar {
  @inline(__always) static func load(_ pointer: UnsafeRawPointer) -> Self? {
    pointer.loadUnaligned(as: Self.self)
  }

  static func areValid(_ pointer: UnsafeRawPointer, count: Int) -> Bool { true }
}

extension WireScalar where Self: FixedWidthInteger {
  init?(_ number: WireNumber) {
    switch number {
    case .signed(let value): self.init(exactly: value)
    case .unsigned(let value): self.init(exactly: value)
    // Not even 1.0: a type that tries one number type after the other would get another case than it wrote.
    case .floating: return nil
    }
  }
}

extension WireScalar where Self: BinaryFloatingPoint {
  init?(_ number: WireNumber) {
    switch number {
    case .signed(let value): self.init(exactly: value)
    case .unsigned(let value): self.init(exactly: value)
    case .floating(let value):
      if value.isNaN {
        self = .nan
      } else {
        self.init(exactly: value)
      }
    }
  }
}

extension Bool: WireScalar {
  static var tag: WireTag { .bool }

  init?(_ number: WireNumber) { nil }

  @inline(__always) static func load(_ pointer: UnsafeRawPointer) -> Bool? {
    let byte = pointer.load(as: UInt8.self)
    return byte > 1 ? nil : byte == 1
  }

  static func areValid(_ pointer: UnsafeRawPointer, count: Int) -> Bool {
    var bits: UInt8 = 0
    for byte in UnsafeRawBufferPointer(start: pointer, count: count) { bits |= byte }
    return bits <= 1
  }
}

#if _pointerBitWidth(_64)
  extension Int: WireScalar { static var tag: WireTag { .int64 } }
  extension UInt: WireScalar { static var tag: WireTag { .uint64 } }
#else
  extension Int: WireScalar { static var tag: WireTag { .int32 } }
  extension UInt: WireScalar { static var tag: WireTag { .uint32 } }
#endif
extension Int8: WireScalar { static var tag: WireTag { .int8 } }
extension Int16: WireScalar { static var tag: WireTag { .int16 } }
extension Int32: WireScalar { static var tag: WireTag { .int32 } }
extension Int64: WireScalar { static var tag: WireTag { .int64 } }
extension Int128: WireScalar { static var tag: WireTag { .int128 } }
extension UInt8: WireScalar { static var tag: WireTag { .uint8 } }
extension UInt16: WireScalar { static var tag: WireTag { .uint16 } }
extension UInt32: WireScalar { static var tag: WireTag { .uint32 } }
extension UInt64: WireScalar { static var tag: WireTag { .uint64 } }
extension UInt128: WireScalar { static var tag: WireTag { .uint128 } }
extension Float: WireScalar { static var tag: WireTag { .float } }
extension Double: WireScalar { static var tag: WireTag { .double } }
#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
  extension Float16: WireScalar { static var tag: WireTag { .float16 } }
#endif
