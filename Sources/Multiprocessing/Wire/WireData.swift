extension WireBytes {
  /// Reads Foundation's `Data` from the packed list of bytes as which it writes itself; `nil` for any other type.
  ///
  /// `Data` reads itself byte by byte, a hundred times slower. It is recognised by its name, for the library does
  /// without Foundation, and created as what it is: a collection of bytes that can be made from a sequence of them.
  @inline(never) func readData<Value>(_ value: WireValue, as type: Value.Type) throws(WireError) -> Value? {
    guard let data = type as? any RangeReplaceableCollection<UInt8>.Type, WireBytes.dataNames.contains(_typeName(type))
    else { return nil }
    let bytes = UnsafeRawBufferPointer(start: try pointer(to: value), count: value.end - value.body)
    return data.init(bytes) as? Value
  }

  private static let dataNames: Set<String> = ["Foundation.Data", "FoundationEssentials.Data"]
}
