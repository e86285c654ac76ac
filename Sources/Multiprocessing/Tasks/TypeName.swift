/// Types by name, between the processes of one program.
///
/// What goes over the wire is the mangled name; the receiver accepts it only if the type is of the kind that it expects.
package enum TypeName {
  private static let known = Guarded<[ObjectIdentifier: String]>([:])

  /// The name by which another process of this program finds the type.
  ///
  /// - Throws: `typeNotReachable` for a private or local type, whose mangled name means nothing elsewhere.
  package static func of(_ type: Any.Type) throws(MultiprocessingError) -> String {
    let id = ObjectIdentifier(type)
    if let name = known.with({ $0[id] }) { return name }
    guard let name = _mangledTypeName(type), let found = _typeByName(name), found == type else {
      throw MultiprocessingError(
        .typeNotReachable,
        "The type \(String(reflecting: type)) cannot be found by a worker process; make this type internal: neither "
          + "private or fileprivate nor declared inside a function.")
    }
    known.with { $0[id] = name }
    return name
  }

  /// In a forked child; see `Guarded.breakLock`.
  static func breakLock() { known.breakLock() }

  /// The type of this name; nil for an unknown one.
  package static func find(_ name: String) -> Any.Type? { _typeByName(name) }
}
