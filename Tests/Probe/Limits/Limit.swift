import Multiprocessing

/// What becomes of a pool at one limit of the machine: stopped workers, full pipes and disks, nothing left to be had.
///
/// Each is a case of the suite at a small size, where that is cheap, and a run of its own at its full size.
struct Limit: Sendable {
  /// The name on the command line; words with hyphens.
  let name: String

  /// Where it makes sense.
  let places: [Place]

  /// Where the suite runs it; what is large or slow runs in few places, or in none.
  let testedPlaces: [Place]

  private let body: @Sendable (Place, Size) throws -> String

  enum Size: Sendable { case slice, full }

  init(
    _ name: String, in places: [Place] = Place.allCases, tested testedPlaces: [Place]? = nil,
    _ body: @escaping @Sendable (Place, Size) throws -> String
  ) {
    self.name = name
    self.places = places
    self.testedPlaces = testedPlaces ?? places
    self.body = body
  }

  /// Runs it in the calling process; the outcome, as a sentence.
  func run(in place: Place, _ size: Size) throws -> String { try body(place, size) }

  static let all = [
    stoppedWorker, fullPipe, fullPipeOfParent, fullRings, closedOutput, fullDisk, crowd, pendingResults, largeResult,
    noRoomForResults, descriptorsOfParent, descriptorsBelowWhatIsOpen, descriptorsOfWorker, forksRefused, forksRefusedLater,
    threadsRefused,
  ]
}

extension Cases {
  static let limits: [Case] = Limit.all.filter { !$0.testedPlaces.isEmpty }.map { limit in
    // Some limits are those of a user, whom the cases share.
    Case("limit-\(limit.name)", in: limit.testedPlaces, isAlone: true) { place in _ = try limit.run(in: place, .slice) }
  }
}

extension Duration {
  var inMilliseconds: String { "\(Int(self / .milliseconds(1))) ms" }
}

/// How long the body takes; fails the case if that is longer than the limit.
func timed(_ what: String, within limit: Duration = .seconds(1), line: Int = #line, _ body: () throws -> Void) throws -> Duration {
  let start = Clock.now
  try body()
  let taken = Clock.now - start
  try expect(taken < limit, "\(what) took \(taken), more than \(limit)", line: line)
  return taken
}
