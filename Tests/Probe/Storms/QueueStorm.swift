import Glibc
import Multiprocessing

/// SIGKILLs at random moments to processes that put into a queue and to processes that take from it, without a pause.
///
/// Nobody may be stopped by that; a kill may cost the one message that the process had in its hands; nothing may come twice,
/// and what one writer puts stays in order. What the readers take they pass on by a second queue, to which the same happens.
struct QueueStorm {
  var place: Place
  var kills: Int
  var seed: UInt64

  struct Report: CustomStringConvertible {
    var kills = 0
    var messages = 0
    var lost = 0

    var description: String { "\(kills) kills, \(messages) messages, \(lost) lost with a reader" }
  }

  struct Mark: Codable, Sendable {
    var writer: Int
    var number: Int
    /// Some do not fit a slot.
    var filling: [UInt8]
  }

  struct Writer: ProcessTarget {
    let queue: SimpleQueue<Mark>
    var writer: Int
    var seed: UInt64
    func run() throws {
      var random = SplitMix(state: seed &+ UInt64(writer))
      var number = 0
      while true {
        let size = random.next() % 16 == 0 ? Int(random.next() % 20_000) : Int(random.next() % 40)
        try queue.put(Mark(writer: writer, number: number, filling: [UInt8](repeating: UInt8(number % 256), count: size)))
        number += 1
      }
    }
  }

  struct Reader: ProcessTarget {
    let queue: SimpleQueue<Mark>
    let taken: SimpleQueue<Mark>
    func run() throws {
      while true { try taken.put(try queue.get()) }
    }
  }

  private struct Count {
    var direct = -1
    var seen: Set<Int> = []
  }

  func run() throws -> Report {
    let queue = try SimpleQueue<Mark>()
    let taken = try SimpleQueue<Mark>()
    var random = SplitMix(state: seed)
    var report = Report()
    var counts: [Int: Count] = [:]
    var (writers, readers): ([ChildProcess], [ChildProcess]) = ([], [])
    defer { for process in writers + readers { try? end(process) } }
    var next = 0
    func fill() throws {
      while writers.count < 2 {
        writers.append(try place.process(Writer(queue: queue, writer: next, seed: seed), isDaemon: true))
        next += 1
        try writers[writers.count - 1].start()
      }
      while readers.count < 2 {
        readers.append(try place.process(Reader(queue: queue, taken: taken), isDaemon: true))
        try readers[readers.count - 1].start()
      }
    }
    while report.kills < kills {
      try fill()
      // So long this process takes from both, and then for a moment from none.
      for _ in 0..<random.next() % 400 { try note(random.next() % 2 == 0 ? queue : taken, taken, &counts, &report) }
      usleep(UInt32(random.next() % 2000))
      report.kills += 1
      if random.next() % 2 == 0 {
        try end(writers.remove(at: Int(random.next() % 2)))
      } else {
        try end(readers.remove(at: Int(random.next() % 2)))
      }
    }
    // All of them at once, and then what is left.
    for process in writers + readers { try end(process) }
    (writers, readers) = ([], [])
    while !taken.isEmpty { try note(taken, taken, &counts, &report) }
    while !queue.isEmpty { try note(queue, taken, &counts, &report) }
    for count in counts.values { report.lost += (count.seen.max() ?? -1) + 1 - count.seen.count }
    try expect(report.lost <= kills + 4, "More than a message is lost with a process: \(report)")
    // Both serve on.
    for queue in [queue, taken] {
      for number in 0..<1500 {
        try queue.put(Mark(writer: 0, number: number, filling: []))
        try expectEqual(queue.get().number, number, "What comes out after the storm")
      }
    }
    return report
  }

  private func note(
    _ queue: SimpleQueue<Mark>, _ taken: SimpleQueue<Mark>, _ counts: inout [Int: Count], _ report: inout Report
  ) throws {
    let mark = try queue.get()
    report.messages += 1
    try expect(mark.filling.allSatisfy { $0 == UInt8(mark.number % 256) }, "A message has come out changed")
    let isNew = counts[mark.writer, default: Count()].seen.insert(mark.number).inserted
    try expect(isNew, "Writer \(mark.writer)'s message \(mark.number) came twice")
    guard queue !== taken else { return }
    let before = counts[mark.writer]?.direct ?? -1
    try expect(mark.number > before, "Writer \(mark.writer)'s message \(mark.number) came after \(before)")
    counts[mark.writer]?.direct = mark.number
  }

  private func end(_ process: ChildProcess) throws {
    if let number = process.processID { kill(number, SIGKILL) }
    try process.join()
  }
}
