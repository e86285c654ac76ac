import Glibc
import Golden

/// Measures how long it takes to judge a large transcript with task numbers: `golden-bench [LINES [WORKERS]]`.
///
/// It prints the seconds for reading the text into a transcript and for judging it, and the peak of its memory.
@main struct GoldenBench {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
    let lines = arguments.first ?? 200_000
    let workers = arguments.dropFirst().first ?? 16
    guard workers > 0, lines > workers, lines <= Parameters.largest * 4 else {
      print("usage: golden-bench [LINES [WORKERS]]")
      exit(2)
    }
    let golden = try Golden.parse(Array(laneForm(workers: workers, tasks: lines - workers).utf8), file: "bench.golden")
    let text = Array(output(workers: workers, tasks: lines - workers).utf8)
    let start = ContinuousClock.now
    let transcript = Transcript(text: text)
    let read = ContinuousClock.now
    let verdict = try golden.judge(transcript)
    let judged = ContinuousClock.now
    print("\(verdict.headline): \(verdict.message), \(transcript.lines.count) lines of \(workers) workers")
    print("reading \(read - start), judging \(judged - read), peak memory \(peakMemory() / 1024) MB")
    if !verdict.conforms { exit(1) }
  }

  private static func laneForm(workers: Int, tasks: Int) -> String {
    """
    golden 1
    example N numbered

    lanes
      W1...W\(workers): processes named {Method}PoolWorker-#

    each lane
      init, once: Initializing worker, process={lane}, thread={name MainThread}
      task, any number, \(tasks) in all: Worker executing task {task}, process={lane}, thread={name MainThread}

    hidden
      take before task
        because "a worker runs one task at a time"

    may vary
      start method
        because "a worker's name begins with the start method of its pool"

    must hold
      in order: take
        because "the task queue is first in, first out"
    """
  }

  /// A legal output: workers that initialize, then take tasks in order and print them after a random while.
  private static func output(workers: Int, tasks: Int) -> String {
    var text = ""
    func line(_ what: String, _ worker: Int) {
      text += "\(what), process=SpawnPoolWorker-\(worker + 1), thread=MainThread\n"
    }
    for worker in 0..<workers { line("Initializing worker", worker) }
    // Each worker that still has work, and the task it has taken.
    var busy = (0..<min(workers, tasks)).map { (worker: $0, task: $0) }
    var next = busy.count
    var random: UInt64 = 1
    while !busy.isEmpty {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let index = Int(random >> 33) % busy.count
      line("Worker executing task \(busy[index].task)", busy[index].worker)
      if next < tasks {
        busy[index].task = next
        next += 1
      } else {
        busy.remove(at: index)
      }
    }
    return text
  }

  private static func peakMemory() -> Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which the importer gives another type than the parameter's.
    getrusage(0, &usage)
    return Int(usage.ru_maxrss)
  }
}
