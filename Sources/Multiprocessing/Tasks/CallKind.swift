/// What the calls of one function have in common, found out once; a call itself depends on no type.
class CallKind: @unchecked Sendable {
  // Sendable: nothing changes after init.
  private let function: Any.Type
  /// The function's name as it travels.
  let name: WireName
  /// The coder of the outputs, where they are numbers.
  private let number: WireCoder?

  fileprivate init(_ function: Any.Type, output: Any.Type) throws(MultiprocessingError) {
    self.function = function
    name = try TypeName.wire(of: function)
    number = WireCoders.find(output)
  }

  /// The name that a timeline shows.
  final var title: String { Trace.title(of: function) }

  /// The output among these bytes.
  fileprivate func decode(_ bytes: [UInt8]) throws -> SettlingJob.Kept { preconditionFailure("abstract") }

  /// What came back from a worker.
  final func kept(_ bytes: [UInt8]) throws -> SettlingJob.Kept {
    if let number, let (low, high) = bytes.withUnsafeBytes({ Scalars.bits(number, in: $0) }) { return .scalar(low, high) }
    return try decode(bytes)
  }

  final func kept(_ bytes: FewBytes) throws -> SettlingJob.Kept {
    if let number, let (low, high) = bytes.withBytes({ Scalars.bits(number, in: $0) }) { return .scalar(low, high) }
    return try decode(bytes.list)
  }

  // MARK: Finding them

  private static let made = Made()
  private static let known = made.by { KnownTypes<CallKind>() }

  /// In a forked child; see `Guarded.breakLock`.
  static func breakLock() { if made.isTrue { known.breakLock() } }

  /// The kind of a function.
  /// - Throws: `typeNotReachable` for a private or local type.
  static func of<Function: PoolFunction>(_ function: Function.Type) throws(MultiprocessingError) -> CallKind {
    try known.entry(of: function) { () throws(MultiprocessingError) in try KindOfCall<Function>() }
  }
}

/// The kind of the calls of one function.
private final class KindOfCall<Function: PoolFunction>: CallKind, @unchecked Sendable {
  // Sendable: as above.
  init() throws(MultiprocessingError) { try super.init(Function.self, output: Function.Output.self) }

  override func decode(_ bytes: [UInt8]) throws -> SettlingJob.Kept {
    guard let output = try Function.__decode(bytes, count: 1).first else { throw SettlingJob.lost }
    return .box(Box(output))
  }
}
