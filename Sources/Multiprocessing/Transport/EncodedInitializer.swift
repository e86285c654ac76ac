/// An initializer as it travels to every worker of a pool, replacements included.
struct EncodedInitializer: Sendable {
  let name: String
  let bytes: [UInt8]
  /// The descriptors of the objects that it shares with the workers; held open for replacements.
  let descriptors: [Descriptor]

  init(_ initializer: any Initializer) throws {
    name = try TypeName.of(type(of: initializer))
    let sharing = SharingContext()
    bytes = try Self.encode(initializer, sharing)
    descriptors = sharing.descriptors
  }

  private static func encode(_ initializer: some Initializer, _ sharing: SharingContext) throws -> [UInt8] {
    try Payload.encoding("The initializer \(type(of: initializer))") {
      try Wire.encode(initializer, userInfo: [SharingContext.key: sharing])
    }
  }
}
