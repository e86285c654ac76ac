/// What a server that forks workers and its client say to each other: one small message each, with descriptors where noted.
struct ServerMessage {
  enum Kind: UInt8 {
    /// To the server: fork a worker; its start comes with it.
    case start = 1
    /// To the server: another client; its socket comes with it.
    case client
    /// From the server: the worker runs; `value` is its process id, its pidfd comes with it.
    case started
    /// From the server: the worker could not be forked; `value` is the errno.
    case failed
    /// From the server: the worker has ended; `value` is its exit status, or its signal negated.
    case exited
    /// To the server: kill the worker of this id, for its client cannot watch it.
    case unwatched
  }

  static let size = 13

  var kind: Kind
  /// Chosen by the client for each start.
  var id: UInt64
  var value: Int32 = 0

  var bytes: [UInt8] {
    [kind.rawValue] + withUnsafeBytes(of: id.littleEndian, Array.init)
      + withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  init(_ kind: Kind, id: UInt64 = 0, value: Int32 = 0) {
    self.kind = kind
    self.id = id
    self.value = value
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size, let kind = Kind(rawValue: bytes[0]) else { return nil }
    self.kind = kind
    id = bytes[1..<9].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    value = Int32(bitPattern: bytes[9..<13].reversed().reduce(0) { $0 << 8 | UInt32($1) })
  }
}
