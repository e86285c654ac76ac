/// An error on its way from a worker to the main process.
package struct RemoteError: Codable, Sendable {
  package var failure: RemoteFailure
  /// The name of the error's type and its bytes, where it is `Codable` and reachable by name.
  var typeName: String?
  var bytes: [UInt8] = []
  /// Why the result, not the task, is the failure: it could not be encoded.
  var isEncodingFailure = false

  package init(_ error: any Error, isEncodingFailure: Bool = false) {
    let identity = ProcessIdentity.current
    failure = RemoteFailure(
      worker: identity.name, processID: identity.processID, errorType: String(reflecting: type(of: error)),
      description: String(describing: error), exitStatus: nil)
    self.isEncodingFailure = isEncodingFailure
    if let codable = error as? any Error & Codable, let name = try? TypeName.of(type(of: codable)),
      let encoded = try? Self.encode(codable)
    {
      typeName = name
      bytes = encoded
    }
  }

  private static func encode(_ error: some Encodable) throws -> [UInt8] { try Wire.encode(error) }

  /// The error as the main process throws it.
  package var asError: MultiprocessingError {
    if isEncodingFailure {
      // CPython's MaybeEncodingError, in its wording.
      return MultiprocessingError(
        .notEncodable, "Error sending result. Reason: '\(failure.description)'", cause: cause, remote: failure)
    }
    return MultiprocessingError(
      .taskFailed, "A task failed in \(failure.worker): \(failure.description)", cause: cause, remote: failure)
  }

  private var cause: (any Error)? {
    guard let typeName, let type = TypeName.find(typeName) as? any (Error & Codable).Type else { return nil }
    return try? Self.decode(type, bytes)
  }

  private static func decode<E: Error & Codable>(_ type: E.Type, _ bytes: [UInt8]) throws -> any Error {
    try Wire.decode(type, from: bytes)
  }
}
