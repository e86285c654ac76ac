/// Types by name, between the processes of one program.
///
/// What goes over the wire is the mangled name; the receiver accepts it only if the type is of the kind that it expects.
package enum TypeName {
  /// A type's name, and the same as it is written.
  private struct Entry: Sendable {
    var name: String
    var wire: WireName
  }

  private static let made = Made()
  private static let known = made.by { KnownTypes<Entry>() }

  /// The name by which another process of this program finds the type.
  ///
  /// - Throws: `typeNotReachable` for a private or local type, whose mangled name means nothing elsewhere.
  package static func of(_ type: Any.Type) throws(MultiprocessingError) -> String { try entry(type).name }

  /// The same as `Wire` encodes it.
  static func wire(of type: Any.Type) throws(MultiprocessingError) -> WireName { try entry(type).wire }

  private static func entry(_ type: Any.Type) throws(MultiprocessingError) -> Entry {
    try known.entry(of: type) { () throws(MultiprocessingError) in
      guard let name = _mangledTypeName(type), let found = _typeByName(name), found == type,
        let wire = try? Wire.encode(name)
      else {
        throw MultiprocessingError(
          .typeNotReachable,
          "The type \(String(reflecting: type)) cannot be found by a worker process; make this type internal: neither "
            + "private or fileprivate nor declared inside a function.")
      }
      return Entry(name: name, wire: WireName(wire))
    }
  }

  /// In a forked child; see `Guarded.breakLock`.
  static func breakLock() { if made.isTrue { known.breakLock() } }

  /// The type of this name; nil for an unknown one.
  package static func find(_ name: String) -> Any.Type? { _typeByName(name) }
}
