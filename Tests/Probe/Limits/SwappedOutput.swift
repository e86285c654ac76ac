import CMultiprocessing
import Glibc

/// Standard descriptors of this process that are something else for a while.
struct SwappedOutput {
  private let saved: [(number: Int32, copy: Int32)]

  /// Closes some of the first three.
  init(closing numbers: [Int32]) throws {
    _ = mp_flush()
    saved = try numbers.map { number in
      // High, so that whoever opens something meanwhile gets the low ones.
      let copy = fcntl(number, F_DUPFD_CLOEXEC, 100)
      try expect(copy >= 0, "No copy of the descriptor \(number)")
      return (number, copy)
    }
    for number in numbers { close(number) }
  }

  func restore() {
    _ = mp_flush()
    for (number, copy) in saved {
      dup2(copy, number)
      close(copy)
    }
  }

  /// Makes standard output a pipe for the time of the closure.
  static func withPipe<R>(_ body: (FullPipe) throws -> R) throws -> R {
    var ends: [Int32] = [-1, -1]
    try expect(mp_pipe(&ends) == 0, "There is no pipe")
    let pipe = FullPipe(reader: ends[0], writer: ends[1])
    let output = try SwappedOutput(closing: [1])
    dup2(pipe.writer, 1)
    let outcome = Result { try body(pipe) }
    // The program's own buffer goes nowhere else.
    pipe.drain(until: { true })
    output.restore()
    close(pipe.reader)
    close(pipe.writer)
    return try outcome.get()
  }
}

/// A pipe that is read when a case says so.
struct FullPipe {
  let reader: Int32
  let writer: Int32

  private func isReady(_ number: Int32, _ events: Int32, within milliseconds: Int32 = 0) -> Bool {
    var item = pollfd(fd: number, events: Int16(events), revents: 0)
    return poll(&item, 1, milliseconds) > 0
  }

  /// Whether nothing more can be written.
  var isFull: Bool { !isReady(writer, POLLOUT) }

  func fill() {
    let bytes = [UInt8](repeating: UInt8(ascii: "f"), count: 4096)
    while !isFull { _ = write(writer, bytes, bytes.count) }
  }

  /// Reads until nothing is there and the case is content; how many bytes.
  @discardableResult
  func drain(until isEnough: () -> Bool) -> Int {
    var count = 0
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let isLast = isEnough()
      while isReady(reader, POLLIN, within: isLast ? 0 : 10) {
        let got = read(reader, &bytes, bytes.count)
        guard got > 0 else { return count }
        count += got
      }
      if isLast { return count }
    }
  }
}
