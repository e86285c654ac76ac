/// An initializer as it travels to every worker of a pool, replacements included, or the target of a process.
struct EncodedInitializer: Sendable {
  let name: String
  let bytes: [UInt8]
  /// The descriptors of the objects that it shares with the workers; held open for replacements.
  let descriptors: [Descriptor]

  init(_ initializer: any Initializer) throws {
    try self.init(initializer, "The initializer \(type(of: initializer))")
  }

  init(_ target: any ProcessTarget) throws { try self.init(target, "The target \(type(of: target))") }

  private init(_ value: some Encodable, _ what: String) throws {
    name = try TypeName.of(type(of: value))
    let sharing = SharingContext()
    bytes = try Payload.encoding(what) { try Wire.encode(value, userInfo: [SharingContext.key: sharing]) }
    descriptors = sharing.descriptors
  }
}
