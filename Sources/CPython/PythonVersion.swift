/// A version of CPython, such as 3.11.7.
package struct PythonVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var major: Int
  package var minor: Int
  package var micro: Int

  package init(_ major: Int, _ minor: Int, _ micro: Int = 0) {
    self.major = major
    self.minor = minor
    self.micro = micro
  }

  /// Reads the beginning of what `Py_GetVersion` and `python3 --version` say: digits, dots, then anything.
  package init?(_ text: some StringProtocol) {
    let numbers = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      .split(separator: ".", omittingEmptySubsequences: false).prefix(3)
    let parsed = numbers.compactMap { Int($0) }
    guard parsed.count >= 2, parsed.count == numbers.count else { return nil }
    self.init(parsed[0], parsed[1], parsed.count > 2 ? parsed[2] : 0)
  }

  /// The oldest version that this package drives.
  package static let oldest = PythonVersion(3, 6)

  /// Without the last number: what a profile and a claim speak of.
  package var series: String { "\(major).\(minor)" }

  package var description: String { "\(major).\(minor).\(micro)" }

  package static func < (left: PythonVersion, right: PythonVersion) -> Bool {
    (left.major, left.minor, left.micro) < (right.major, right.minor, right.micro)
  }
}
