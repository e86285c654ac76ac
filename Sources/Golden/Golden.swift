/// A golden file: the documented output of an example, how it may vary, and why.
///
/// It judges any transcript, counts and lists the legal outputs, and knows what it must reject. It is a plain value
/// without files or processes; whoever runs an example passes what it must know as `Parameters`.
package struct Golden: Sendable {
  let resolver: Resolver

  /// Reads a golden and checks it: every rule against the documented output, and every number of outputs stated.
  ///
  /// - Parameter file: the name that errors and verdicts show.
  package static func parse(_ bytes: [UInt8], file: String) throws(GoldenError) -> Golden {
    let golden = try unchecked(bytes, file: file)
    try golden.checkDocumented()
    try golden.checkCounts()
    return golden
  }

  /// Reads a golden without judging its documented output and without counting.
  static func unchecked(_ bytes: [UInt8], file: String) throws(GoldenError) -> Golden {
    Golden(resolver: try Resolver(Parser.parse(bytes, file: file)))
  }

  /// The id of the example that a golden is of, whatever else is wrong with its numbers.
  package static func example(of bytes: [UInt8], file: String) throws(GoldenError) -> String {
    try unchecked(bytes, file: file).example
  }

  /// The example's id, such as `A2`.
  package var example: String { resolver.syntax.example }
  /// The example's name, such as `initialize-workers-names`.
  package var name: String { resolver.syntax.name }
  package var file: String { resolver.syntax.file }
  /// The documented output, word for word.
  package var documented: [String] { resolver.syntax.documented.map(\.text) }

  /// The golden compiled for these parameters.
  package func program(_ parameters: Parameters = Parameters()) throws(GoldenError) -> Program {
    try resolver.program(parameters)
  }

  /// Judges a transcript; with the same golden, one whose writers are known and plain text.
  ///
  /// - Throws: a `GoldenError` where the parameters make no sense or the automaton's bound is passed. A transcript,
  ///   whatever its bytes, gets a verdict.
  package func judge(
    _ transcript: Transcript, parameters: Parameters = Parameters()
  ) throws(GoldenError) -> Verdict {
    try Judge.judge(transcript, program(parameters))
  }

  /// The legal outputs, each as its lines; a value that is drawn shows as its range.
  ///
  /// - Throws: a `GoldenError` with the code `bound` where there are more than `limit`.
  package func outputs(
    parameters: Parameters = Parameters(), limit: Int = 100_000
  ) throws(GoldenError) -> [[String]] {
    try Language(program: program(parameters)).outputs(limit: limit)
  }

  /// How many legal outputs there are; counted, not listed.
  package func count(parameters: Parameters = Parameters()) throws(GoldenError) -> Int {
    try Language(program: program(parameters)).count()
  }

  /// The pool sizes, out of `sizes`, that could have printed this transcript.
  package func sizes(
    of transcript: Transcript, parameters: Parameters = Parameters(), in sizes: ClosedRange<Int> = 1...12
  ) throws(GoldenError) -> [Int] {
    var fitting: [Int] = []
    for size in sizes {
      var sized = parameters
      sized.workers = size
      if try judge(transcript, parameters: sized).conforms { fitting.append(size) }
    }
    return fitting
  }

  /// Whether the pool's size changes what is legal, so that asking for `sizes` makes sense.
  package var dependsOnWorkers: Bool { !resolver.sizedGroups.isEmpty }

  // MARK: Checks

  func checkDocumented() throws(GoldenError) {
    guard let place = resolver.syntax.documentedPlace else { return }
    let lines = resolver.syntax.documented.map { Transcript.Line(bytes: Array($0.text.utf8)) }
    let verdict = try judge(Transcript(lines: lines))
    guard !verdict.conforms else { return }
    let at = verdict.lines.first.map { resolver.syntax.documented[$0].place } ?? place
    throw resolver.contradiction(
      "the golden's own rules reject the documented output: \(verdict.code.rawValue), \(verdict.message)", at)
  }

  private func checkCounts() throws(GoldenError) {
    guard let (assertion, count) = try wrongCounts().first else { return }
    throw resolver.contradiction(
      "\(assertion.count) legal outputs are stated, and the rules allow \(count)", assertion.place)
  }

  /// The numbers of outputs that are stated and wrong, each with the right one.
  func wrongCounts() throws(GoldenError) -> [(stated: Syntax.CountAssertion, counted: Int)] {
    var wrong: [(Syntax.CountAssertion, Int)] = []
    for assertion in resolver.syntax.counts {
      let parameters: Parameters
      do { parameters = try Parameters(assertion.conditions) } catch {
        throw resolver.contradiction(error.message, assertion.place)
      }
      let count = try count(parameters: parameters)
      if count != assertion.count { wrong.append((assertion, count)) }
    }
    return wrong
  }
}
