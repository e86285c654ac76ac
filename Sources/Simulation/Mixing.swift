/// Two words as one, so that equal sequences give equal results and others almost never do.
@inline(__always) func mix(_ a: Int, _ b: Int) -> Int {
  var z = UInt64(bitPattern: Int64(a)) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: Int64(b))
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return Int(Int64(bitPattern: z ^ (z >> 31)))
}

/// What a value looks like, as a number: equal values give equal numbers within this process.
func contentHash(_ value: Any) -> Int {
  if value is Void { return 1 }
  if let value = value as? any Hashable { return value.hashValue }
  // Mirrors show a value's content and never an address.
  var text = ""
  dump(value, to: &text)
  return text.hashValue
}
