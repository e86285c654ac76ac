/// What carries whole messages between processes, in order, to whoever takes one first.
package protocol Channel: AnyObject, Sendable {
  /// Puts one message; blocks while the channel is full.
  func send(_ bytes: [UInt8]) throws

  /// Takes one message; blocks while there is none. Nil: nobody is left who could put one.
  func receive() throws -> [UInt8]?

  /// Whether a message is waiting.
  var hasMessage: Bool { get }

  /// Closes this process's ends.
  func close()

  /// Writes what another process needs to open the same channel.
  func share(to encoder: any Encoder) throws
}
