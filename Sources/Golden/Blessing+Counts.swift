extension Blessing {
  /// Reviews the numbers of outputs that a golden states against those that its rules give.
  ///
  /// Whoever edits a rule makes such a number wrong: the golden is refused until the new number is accepted knowingly.
  /// - Parameter accepted: the golden as it was before the edit; nil where nobody has it.
  /// - Returns: nil where every number is right.
  /// - Throws: a `GoldenError` where more is wrong with the golden than a number.
  package static func recount(
    _ text: [UInt8], file: String, accepted: Golden?
  ) throws(GoldenError) -> Proposal? {
    let golden = try Golden.unchecked(text, file: file)
    try golden.checkDocumented()
    let old = String(decoding: text, as: UTF8.self)
    var lines = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (assertion, count) in try golden.wrongCounts() {
      let index = assertion.place.line - 1
      // The number is the first word of its line; what stands behind it, the parameters, stays.
      let indent = lines[index].prefix { $0 == " " }
      let rest = lines[index].dropFirst(indent.count).drop { $0.isNumber || $0 == "," }.drop { $0 == " " }
      let tail = rest.drop { $0.isLetter }
      lines[index] = "\(indent)\(count.grouped) \(count == 1 ? "output" : "outputs")\(tail)"
    }
    let new = lines.joined(separator: "\n")
    guard new != old else { return nil }
    return Proposal(text: new, changes: changes(from: old, to: new), difference: try accepted?.difference(to: golden))
  }
}
