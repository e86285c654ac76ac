import Golden
import ScenarioKit

/// The page of one example.
struct ExamplePage {
  struct Evidence {
    struct Line {
      var number: Int
      var text: String
      var writer: String
      var time: String
    }

    var anchor: String
    var title: String
    var isGood: Bool
    var mark: String
    var count: String
    var outputs: String
    var time: String?
    var lines: [Line]
    var verdict: String
    var trace: String?
  }

  struct Choice {
    var number: Int
    var label: String
    var seenClass: String
    var sizes: String
  }

  struct Group {
    var name: String
    var count: Int
    var choices: [Choice]
  }

  struct Size {
    var workers: Int
    var count: String
    var share: String
    var fitting: Int
  }

  struct SpotOption {
    var number: Int
    var title: String
    var count: String
  }

  var frame: Site.Frame
  var id: String
  var name: String
  var shows: String
  var places: String
  var previous: Site.Frame.Link?
  var next: Site.Frame.Link?
  var story: String
  var swiftPath: String
  var swift: String
  var pythonPath: String
  var python: String
  var claims: [ClaimReference]
  var mayVary: [GoldenRules.Rule]
  var mustHold: [GoldenRules.Rule]
  var golden: String
  var evidence: [Evidence]
  var groups: [Group]
  var sizes: [Size]
  var hasSizes: Bool
  var spots: [SpotOption]
  var mapSummary: String
  var exploration: String
  var runCount: Int
  var hasPython: Bool
  var data: String
  /// The walkthrough as JSON, or why there is none.
  var walk: String?
  var walkFailure: String?
  var walkSentence: String

  struct ClaimReference {
    var id: String
    var text: String
    var told: String
  }
}

extension ExamplePage {
  init(_ evidence: ExampleEvidence, frame: Site.Frame, previous: Site.Frame.Link?, next: Site.Frame.Link?) throws {
    let scenario = evidence.scenario
    let story = Story(try scenario.story.text)
    let golden = try scenario.goldenFile.text
    let rules = GoldenRules(golden)
    let map = evidence.map
    let spots = evidence.spots.map(\.spot)
    self.frame = frame
    (id, name, shows) = (scenario.id, scenario.name, scenario.shows)
    places = Wording.list(scenario.places.map(\.rawValue), "and")
    (self.previous, self.next) = (previous, next)
    // The page has the title already.
    self.story = MarkdownText.html(story.body.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0.isEmpty || $0.hasPrefix("# ") }.joined(separator: "\n"), under: 2)
    (swiftPath, swift) = (try scenario.program.path, CodeText.html(try scenario.program.text, .swift))
    (pythonPath, python) = (try scenario.twin.path, CodeText.html(try scenario.twin.text, .python))
    claims = scenario.claims.map { ClaimReference(id: $0.id, text: $0.text, told: story.claims[$0.id] ?? "") }
    (mayVary, mustHold, self.golden) = (rules.mayVary, rules.mustHold, golden)
    self.evidence = evidence.spots.map { Evidence($0, scenario) }
    groups = Self.groups(map)
    hasSizes = !map.sizes.isEmpty
    sizes = map.sizes.map { size in
      let all = map.sizes.last?.count ?? 1
      return Size(
        workers: size.workers, count: size.count.grouped, share: Numbers.share(size.count, of: all),
        fitting: map.outputs.count { !$0.seen.isEmpty && $0.sizes.contains(size.workers) })
    }
    self.spots = spots.enumerated().map { number, spot in
      SpotOption(number: number, title: spot.title, count: "\(map.outputs.count { $0.seen.contains { $0.spot == spot } })")
    }
    mapSummary = Self.summary(map)
    exploration = Self.exploration(evidence)
    runCount = evidence.spots.reduce(0) { $0 + $1.runs }
    hasPython = spots.contains { $0.implementation != .own }
    walk = try evidence.walk.map { try PageData.json($0) }
    walkFailure = evidence.walkFailure.map { "There is no walkthrough: \($0)" }
    walkSentence =
      evidence.walk?.isComplete == true
      ? "The real pool code in a simulated world. Where several could move you choose, and every legal output can be reached."
      : "The real pool code in a simulated world: the documented run, and those that reach the goals below; where they part you choose."
    data = try PageData.json(
      PageData(
        runs: evidence.spots.compactMap { spot in
          spot.sample.map { PageData.Run(id: spot.spot.anchor, title: spot.spot.title, timeline: $0.timeline) }
        },
        outputs: map.outputs.enumerated().map { number, output in
          PageData.Output(
            title: "Legal output \(number + 1)", group: output.group, timeline: output.timeline,
            seen: output.seen.map { "\($0.spot.title): \(Wording.count($0.times, "time"))" },
            spots: output.seen.compactMap { spots.firstIndex(of: $0.spot) })
        }))
  }

  private static func groups(_ map: OutputMap) -> [Group] {
    var groups: [Group] = []
    for (index, output) in map.outputs.enumerated() {
      let isOwn = output.seen.contains { $0.spot.implementation == .own }
      let isPython = output.seen.contains { $0.spot.implementation != .own }
      let who = isOwn && isPython ? "seen here and on CPython" : isOwn ? "seen here" : isPython ? "seen on CPython" : "not seen"
      let choice = Choice(
        number: index + 1, label: "Output \(index + 1), \(who)",
        seenClass: isOwn && isPython ? "both" : isOwn ? "own" : isPython ? "python" : "none",
        sizes: output.sizes.map(String.init).joined(separator: ", "))
      let name = map.isComplete ? output.group : "Orders that were seen, and the documented one"
      if let place = groups.firstIndex(where: { $0.name == name }) {
        groups[place].choices.append(choice)
        groups[place].count += 1
      } else {
        groups.append(Group(name: name, count: 1, choices: [choice]))
      }
    }
    return groups.sorted { $0.name < $1.name }
  }

  private static func summary(_ map: OutputMap) -> String {
    guard let count = map.count else { return "The golden cannot count the legal outputs at this size." }
    let other =
      map.others == 0 ? "" : " \(Wording.count(map.others, "run")) printed what is legal for a pool of another size only."
    if map.isComplete {
      return "\(Wording.count(count, "output is legal", "outputs are legal")); \(map.seenCount) of them "
        + "\(map.seenCount == 1 ? "was" : "were") seen in the runs of this report.\(other)"
    }
    return "\(count.grouped) orders are legal at the documented size: too many to be listed, so they are counted by the size "
      + "of the pool, and those that were seen can be chosen.\(other)"
  }

  private static func exploration(_ evidence: ExampleEvidence) -> String {
    guard let result = evidence.exploration else { return evidence.explorationFailure ?? "Not explored." }
    let schedules = "schedules of the real pool code that were run: \(result.runs.grouped)"
    let found = "different outputs that they print: \(result.outputCount.map(\.grouped) ?? "more than fit a number")"
    guard result.passes else { return "Something is wrong, the golden disagrees; \(schedules); \(found)." }
    guard result.isExhaustive else { return "Explored in part; \(schedules); \(found), none of them illegal." }
    return "Every order is explored; \(schedules); \(found), exactly those that the golden allows. No order hangs, fails or loses a "
      + "line."
  }
}

extension ExamplePage.Evidence {
  init(_ evidence: SpotEvidence, _ scenario: Scenario) {
    anchor = evidence.spot.anchor
    title = evidence.spot.title
    isGood = evidence.passes
    mark = evidence.passes ? "conforms" : "does not conform"
    count =
      evidence.passes
      ? "\(Wording.count(evidence.runs, "run")), \(evidence.runs == 1 ? "which conforms" : "all of which conform")"
      : "\(evidence.conforming) of \(Wording.count(evidence.runs, "run")) \(evidence.conforming == 1 ? "conforms" : "conform")"
    outputs = evidence.outputs.count == 1 ? "one output" : "\(evidence.outputs.count) different outputs"
    let seconds = evidence.seconds.sorted()
    let median = seconds.isEmpty ? nil : Numbers.milliseconds(seconds[seconds.count / 2] * 1000)
    time = median.map { seconds.count == 1 ? "in \($0)" : "\($0) in the middle" }
    let sample = evidence.sample
    lines = (sample?.lines ?? []).enumerated().map { index, line in
      Line(
        number: index + 1, text: line.text, writer: line.writer.map(String.init) ?? "",
        time: line.arrival.map { Numbers.milliseconds($0 / .milliseconds(1)) } ?? "")
    }
    let others = evidence.problems.map(\.explanation).filter { $0 != sample?.verdict }
    verdict = ([sample?.verdict ?? "No run was started."] + others).joined(separator: "\n\n")
    trace = sample?.trace == nil ? nil : "traces/\(scenario.id)-\(evidence.spot.place).json"
  }
}
