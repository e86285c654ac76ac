import CMultiprocessing
import Glibc
import Multiprocessing

/// Prints a line from a task.
struct Say: PoolTask {
  var text: String
  func run() { print(text, flush: true) }
}

/// Prints a line from an initializer.
struct SayFirst: Initializer {
  var text: String
  func run() { print(text, flush: true) }
}

/// Ends its own process.
struct Suicide: PoolTask {
  func run() { kill(getpid(), SIGKILL) }
}

/// Draws a number and gives it back.
struct Draw: PoolTask {
  func run() -> Double { random(in: 0..<5) }
}

enum Queued {
  static let queue = ProcessLocal<SimpleQueue<String>?>(nil)
}

struct ShareQueued: Initializer {
  var queue: SimpleQueue<String>
  func run() { Queued.queue.value = queue }
}

struct PutQueued: PoolTask {
  var text: String
  func run() throws { try Queued.queue.value?.put(text) }
}

/// Runs that keep to a schedule, and runs that leave it.
extension Cases {
  private static let hello = SayFirst(text: "hello")

  /// A text about workers as it is said of threads.
  package static func inThreads(_ text: String) -> String {
    text.replacing("worker ", with: "thread ").replacing(/\bw([0-9])/) { "t\($0.1)" }
  }

  /// Puts this process under a schedule; what is called `w1` in it is `t1` in a pool of threads.
  private static func keep(_ place: Place, _ steps: String, patience: Duration = .seconds(20)) throws {
    let text = place == .thread ? inThreads(steps) : steps
    guard let schedule = StepOrder(text) else { throw Failure("“\(text)” is no order of steps.") }
    try SystemWorld.shared.keep(to: schedule, patience: patience)
  }

  /// A pool whose tasks have all been done when this returns.
  private static func tasks(_ place: Place, _ size: Int, _ body: (Pool) throws -> Void) throws {
    let pool = try place.pool(size, initializer: hello)
    try body(pool)
    pool.close()
    try pool.join()
  }

  static let schedules: [Case] = [
    Case("a-schedule-decides-who-works", "5.27", prints: .exactly(["hello", "a", "b", "c", "hello", "d"])) { place in
      try keep(
        place,
        "w2.print, w2.take, w2.print, w2.take, w2.print, w2.take, "
          + "w2.print, w1.print, w1.take, w1.print")
      try tasks(place, 2) { pool in for text in ["a", "b", "c", "d"] { try pool.applyAsync(Say(text: text)) } }
      SystemWorld.shared.finishSchedule()
    },
    Case("a-schedule-gives-main-its-turn", prints: .exactly(["main 1", "hello", "main 2", "a", "main 3"])) { place in
      try keep(place, "main.print, w1.print, main.print, w1.take, w1.print, main.print")
      print("main 1", flush: true)
      try tasks(place, 1) { pool in
        try pool.applyAsync(Say(text: "a"))
        print("main 2", flush: true)
        print("main 3", flush: true)
      }
      SystemWorld.shared.finishSchedule()
    },
    Case("a-schedule-has-the-numbers-that-are-drawn") { place in
      try keep(place, "w1.draw 0.5, w1.draw 4.25, main.draw 0.125")
      let pool = try place.pool(1)
      try expectEqual(pool.apply(Draw()), 0.5, "what is drawn")
      try expectEqual(pool.apply(Draw()), 4.25, "what is drawn")
      try expectEqual(random(in: 0..<1), 0.125, "what main draws")
      pool.terminate()
      try pool.join()
    },
    Case("a-schedule-orders-what-is-put") { place in
      try keep(place, "w2.take, w1.take, w1.put, w2.put")
      let queue = try SimpleQueue<String>()
      let pool = try place.pool(2, initializer: ShareQueued(queue: queue))
      try pool.applyAsync(PutQueued(text: "first"))
      try pool.applyAsync(PutQueued(text: "second"))
      try expectEqual([queue.get(), queue.get()], ["second", "first"], "the elements")
      queue.close()
      pool.terminate()
      try pool.join()
    },
    Case("a-schedule-of-lines-leaves-the-tasks-free", prints: .exactly(["done"])) { place in
      try keep(place, "main.print")
      let pool = try place.pool(2)
      try expectEqual(pool.map(Square.self, 0..<10), (0..<10).map { $0 * $0 }, "the squares")
      print("done", flush: true)
      pool.terminate()
      try pool.join()
    },
    Case("a-line-that-a-schedule-leaves-out-waits-for-terminate", in: Place.processes, prints: .exactly(["hello"])) {
      place in
      try keep(place, "w2.print, w2.take")
      let pool = try place.pool(3, initializer: hello)
      try expectEqual(pool.apply(Square.self, 3), 9, "the square")
      pool.terminate()
      try pool.join()
    },
  ]

  /// Runs that leave their schedule: each ends with the sentence.
  package static let strays: [(item: Case, sentence: String)] = [
    (
      Case("stray-extra-line") { place in
        try keep(place, "main.print", patience: .milliseconds(200))
        for text in ["a", "b"] { print(text, flush: true) }
      }, "main wants to print 0.2 s after the last step of the schedule"
    ),
    (
      Case("stray-missing-lane") { place in
        try keep(place, "w2.print, main.print", patience: .milliseconds(200))
        print("a", flush: true)
      }, "“w2.print”, step 1 of 2, did not come within 0.2 s"
    ),
    (
      Case("stray-other-step") { place in
        try keep(place, "w1.print, w1.take, w1.take")
        try tasks(place, 1) { pool in try pool.applyAsync(Say(text: "a")) }
      }, "worker 1 wants to print, and the schedule has “w1.take” as step 3 of 3"
    ),
    (
      Case("stray-extra-task") { place in
        try keep(place, "w1.print, w1.take")
        try tasks(place, 1) { pool in for _ in 0..<2 { try pool.applyAsync(Nothing()) } }
      }, "worker 1 has taken a task that the schedule does not have"
    ),
    (
      Case("stray-missing-task") { place in
        try keep(place, "w1.print, w1.take, w1.take")
        try tasks(place, 1) { pool in try pool.applyAsync(Nothing()) }
      }, "worker 1 was told to stop, and the schedule has “w1.take” as step 3 of 3"
    ),
    (
      Case("stray-death", in: Place.processes) { place in
        try keep(place, "w1.print, w1.take, w1.print")
        try tasks(place, 1) { pool in try pool.applyAsync(Suicide()) }
      }, "worker 1 has ended, and the schedule has “w1.print” as step 3 of 3"
    ),
    (
      Case("stray-end") { place in
        try keep(place, "main.print, main.print")
        print("a", flush: true)
        SystemWorld.shared.finishSchedule()
      }, "the program has ended, and the schedule has “main.print” as step 2 of 2"
    ),
    (
      Case("stray-number") { place in
        try keep(place, "w1.draw 7.5")
        _ = try place.pool(1).apply(Draw())
      }, "worker 1 draws from 0.0 up to 5.0, and the schedule has 7.5"
    ),
    (
      Case("stray-draw") { place in
        try keep(place, "main.draw 0.5")
        _ = random(in: 0..<1)
        _ = random(in: 0..<1)
      }, "main wants to draw a number, and the schedule has no step for it any more"
    ),
  ]
}
