import CMultiprocessing

/// One case of the suite: a small program against the public library, run in a process of its own.
package struct Case: Sendable {
  /// The name on the command line; a sentence with hyphens.
  package let name: String

  /// The items of the behaviour catalogue that it covers, as in `3.5, 3.7`; empty for what has no item.
  package let items: String

  /// Where it makes sense.
  package let places: [Place]

  /// What its process and its workers print.
  package let output: Output

  /// With what standard error must begin, by place; nothing may stand there in the others.
  package let complaints: [Place: String]

  /// How long it may take; a hang is a failure.
  package let timeLimit: Duration

  /// Whether nothing else may run beside it: it measures times, or needs most of what there is of something.
  package let isAlone: Bool

  private let body: Body

  private enum Body: Sendable {
    case blocking(@Sendable (Place) throws -> Void)
    case suspending(@Sendable (Place) async throws -> Void)
  }

  /// Lines, in this order or in any. Not an enum: a reference in one may carry the case in bits of its own, and whoever looks
  /// for lost memory takes that for no reference.
  package struct Output: Sendable {
    package let lines: [String]
    package let isOrdered: Bool

    static func exactly(_ lines: [String]) -> Output { Output(lines: lines, isOrdered: true) }
    static func inAnyOrder(_ lines: [String]) -> Output { Output(lines: lines, isOrdered: false) }
  }

  init(
    _ name: String, _ items: String = "", in places: [Place] = Place.allCases, prints output: Output = .exactly([]),
    complains complaints: [Place: String] = [:], within timeLimit: Duration = .seconds(60), isAlone: Bool = false,
    _ body: @escaping @Sendable (Place) throws -> Void
  ) {
    self.name = name
    self.items = items
    self.places = places
    self.output = output
    self.complaints = complaints
    self.timeLimit = timeLimit
    self.isAlone = isAlone
    self.body = .blocking(body)
  }

  /// A case in `async` code. It runs with one cooperative thread, so that a call which blocks it hangs the case.
  init(
    async name: String, _ items: String = "", in places: [Place] = [.spawn, .forkserver, .thread],
    within timeLimit: Duration = .seconds(60), _ body: @escaping @Sendable (Place) async throws -> Void
  ) {
    self.name = name
    self.items = items
    self.places = places
    output = .exactly([])
    isAlone = false
    complaints = [:]
    self.timeLimit = timeLimit
    self.body = .suspending(body)
  }

  /// Whether the process uses Swift's concurrency runtime.
  var isAsync: Bool {
    if case .suspending = body { return true }
    return false
  }

  /// Runs the case in the calling process.
  func run(in place: Place) throws {
    switch body {
    case .blocking(let body): try body(place)
    case .suspending(let body):
      let release = Self.occupyAllButOneThread()
      defer { release.append(()) }
      let outcome = Collected<Result<Void, any Error>>()
      Task.detached {
        do {
          try await body(place)
          outcome.append(.success(()))
        } catch {
          outcome.append(.failure(error))
        }
      }
      try outcome.first().get()
    }
  }

  /// Blocks every cooperative thread but one until the result gets a value: whatever blocks the last one hangs the case.
  private static func occupyAllButOneThread() -> Collected<Void> {
    let release = Collected<Void>()
    let occupied = Collected<Void>()
    // The runtime has a thread for each processor that this process may use.
    let others = max(0, Int(mp_usable_processors()) - 1)
    for _ in 0..<others {
      Task.detached {
        occupied.append(())
        release.first()
      }
    }
    occupied.wait(for: others)
    return release
  }
}
