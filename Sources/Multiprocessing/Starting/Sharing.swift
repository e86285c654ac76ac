/// The objects that travel with an initializer: their descriptors, in the order in which they were met.
///
/// A shared object's `encode(to:)` finds this in the encoder's user info; where it is missing the value travels as a task's
/// argument or result, and the object must refuse.
final class SharingContext: Sendable {
  static let key = CodingUserInfoKey(rawValue: "swift-multiprocessing.sharing")!  // Proof: any text is a valid key.

  /// The context in which an object travels; refused where there is none.
  static func context(
    of userInfo: [CodingUserInfoKey: Any], sharing type: String
  ) throws(MultiprocessingError) -> SharingContext {
    guard let sharing = userInfo[key] as? SharingContext else { throw refusal(type) }
    return sharing
  }

  /// What is said of an object of this type that cannot travel, in CPython's words.
  static func refusal(_ type: String) -> MultiprocessingError {
    MultiprocessingError(
      .sharingNotAllowed, "\(type) objects should only be shared between processes through inheritance")
  }

  private let state: Guarded<(descriptors: [Descriptor], objects: [Int: any AnyObject & Sendable])>

  init(_ descriptors: [Descriptor] = []) { state = Guarded((descriptors, [:])) }

  /// Where a descriptor stands among those that travel.
  func index(of descriptor: Descriptor) -> Int {
    state.with { state in
      if let index = state.descriptors.firstIndex(where: { $0 === descriptor }) { return index }
      state.descriptors.append(descriptor)
      return state.descriptors.count - 1
    }
  }

  var descriptors: [Descriptor] { state.with { $0.descriptors } }

  /// The object made of the descriptor at an index, made once.
  func object<Object: AnyObject & Sendable>(_ index: Int, _ make: (Descriptor) -> Object) -> Object? {
    state.with { state in
      if let object = state.objects[index] as? Object { return object }
      guard state.descriptors.indices.contains(index) else { return nil }
      let object = make(state.descriptors[index])
      state.objects[index] = object
      return object
    }
  }
}
