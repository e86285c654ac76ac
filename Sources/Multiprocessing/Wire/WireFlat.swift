/// Reading lists of numbers, and lists of such lists, from memory that somebody else may change meanwhile: each byte is looked
/// at once, and what it says is checked then.
///
/// Whatever changes, the result is some list of the type. Nothing else is read like this: a text, for example, would have to
/// be checked before it is copied.
enum WireFlat {
  /// Whether lists of this type are read like this.
  static func canRead(_ coder: WireCoder) -> Bool { coder.isScalar ? coder.tag != .bool : coder.tag.isPacked }

  /// The list that the bytes are; nil where it is another list, or none.
  static func list<Element>(of type: Element.Type, _ bytes: UnsafeRawBufferPointer) -> [Element]? {
    guard let coder = WireCoders.find(type), canRead(coder) else { return nil }
    if coder.isScalar {
      guard let numbers = coder.packedNumbers(bytes), let all = WireCoders.find([Element].self) else { return nil }
      let wire = WireBytes(numbers)
      return try? all.read(WireValue(tag: all.tag, body: 0, end: numbers.count), in: wire, as: [Element].self)
    }
    return coder.elements.flatMap { list($0, bytes) }
  }

  /// The list of values, with these elements, that the bytes are; nil where it is another list, or none.
  static func list<Element>(_ elements: WireElements, _ bytes: UnsafeRawBufferPointer) -> [Element]? {
    guard let count = WireElements.listCount(bytes), let body = WireElements.body(bytes, count: count) else { return nil }
    var isWhole = body.isEmpty
    let list = [Element](unsafeUninitializedCapacity: count) { target, initialized in
      guard let start = target.baseAddress, count > 0 else { return }
      FreshMemory.prepare(UnsafeMutableRawBufferPointer(target))
      elements.fill(start, count)
      initialized = count
      isWhole = elements.read(body, start, count)
    }
    return isWhole ? list : nil
  }
}
