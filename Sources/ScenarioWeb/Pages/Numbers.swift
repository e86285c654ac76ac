import Golden

/// Numbers as people read them.
enum Numbers {
  /// With so many digits behind the point.
  static func decimal(_ number: Double, digits: Int = 1) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = Int((number * scale).rounded())
    guard digits > 0 else { return scaled.grouped }
    let fraction = String(scaled.magnitude % UInt(scale))
    let whole = Int(scaled.magnitude / UInt(scale)).grouped
    return (scaled < 0 ? "-" : "") + whole + "." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  static func milliseconds(_ number: Double) -> String { "\(decimal(number, digits: number < 100 ? 1 : 0))\u{a0}ms" }

  /// A part of a whole, in percent; a small one is never nothing.
  static func share(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "" }
    let percent = Double(part) / Double(whole) * 100
    if part == whole { return "100 %" }
    return percent < 0.01 ? "below 0.01 %" : "\(decimal(percent, digits: 2)) %"
  }

  /// Bytes in the unit that suits them.
  static func bytes(_ number: Int) -> String {
    number < 1_000_000 ? "\(decimal(Double(number) / 1000))\u{a0}kB" : "\(decimal(Double(number) / 1e6))\u{a0}MB"
  }
}
