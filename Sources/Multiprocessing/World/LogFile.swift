/// A file to whose end many processes write.
package protocol LogFile: AnyObject, Sendable {
  /// Puts the bytes, which end with a line feed, at the end in one piece.
  func append(_ bytes: [UInt8]) throws

  /// Writes what another process needs to share the file; `type` is named in the refusal where it cannot travel.
  func share(to encoder: any Encoder, as type: String) throws
}
