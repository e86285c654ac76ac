import CMultiprocessing
import Glibc
import Golden

/// The moving parts of one capture: what has arrived so far, and how the program is brought to its end.
struct CaptureSession {
  private let process: Int32
  private let starter: any ProgramStarter
  private let start: ContinuousClock.Instant
  private let outputLimit: Int
  private let politeness: Duration

  private var assembler = LineAssembler()
  private var late = LineAssembler()
  private var standardError: [UInt8] = []
  private var outputSize = 0
  private var lines: [Transcript.Line] = []
  private var duration: Duration = .zero
  private var wasStopped = false
  private var timedOut = false
  private var leftBehind: [Int32] = []
  private var status: Int32?

  /// Reused for every piece, large enough for the biggest piece that a local socket hands over at once.
  private var buffer = [UInt8](repeating: 0, count: 1 << 17)

  init(process: Int32, starter: any ProgramStarter, start: ContinuousClock.Instant, outputLimit: Int, politeness: Duration) {
    self.process = process
    self.starter = starter
    self.start = start
    self.outputLimit = outputLimit
    self.politeness = politeness
  }

  private var isOverLimit: Bool { outputSize > outputLimit || standardError.count > outputLimit }

  // MARK: While the program runs

  /// Takes in output until the program has exited and what it wrote is drained, or until the deadline.
  mutating func observe(
    output: Int32, errors: Int32, exit: Int32, until deadline: ContinuousClock.Instant,
    onLine: (Transcript.Line) -> Void
  ) {
    var watched = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
      pollfd(fd: exit, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      guard waitFor(&watched, until: deadline) else {
        timedOut = true
        break
      }
      // Asked before reading: what is read afterwards then includes all that was written before the exit.
      let exited = watched[2].revents != 0
      if receive(from: output, late: false, onLine: onLine) { watched[0].fd = -1 }
      if receiveErrors(from: errors) { watched[1].fd = -1 }
      if exited || isOverLimit { break }
    }
    duration = ContinuousClock.now - start
    wasStopped = timedOut || isOverLimit
    lines = assembler.finish()
    assembler = LineAssembler()
  }

  // MARK: After it

  /// Waits for helper processes to end, kills those that do not, and reaps the program.
  ///
  /// The program itself stays unreaped until then, so that its id, which is the group's, cannot be given to another.
  mutating func settle(_ group: ProcessGroup, output: Int32, errors: Int32, grace: Duration) {
    if !wasStopped {
      leftBehind = awaitEnd(of: group, until: .now + grace, output: output, errors: errors)
    }
    stop(group)
    _ = receive(from: output, late: true) { _ in }
    _ = receiveErrors(from: errors)
  }

  /// Ends the group, waits until none of it lives and reaps the program.
  ///
  /// First politely: a helper that cleans up behind the others ignores that signal, sees them go and then removes what
  /// they left, such as named semaphores.
  mutating func stop(_ group: ProcessGroup) {
    group.signal(SIGTERM)
    var survivors = awaitEnd(of: group, until: .now + politeness)
    let deadline = ContinuousClock.now + .seconds(5)
    while !survivors.isEmpty, ContinuousClock.now < deadline {
      group.signal(SIGKILL)
      // A member may have started another between the listing and the kill, hence the loop.
      survivors = awaitEnd(of: group, until: min(deadline, .now + .milliseconds(200)))
    }
    status = starter.reap(process)
  }

  /// The members that still live at the deadline.
  ///
  /// Goes on taking in output meanwhile where it is given.
  private mutating func awaitEnd(
    of group: ProcessGroup, until deadline: ContinuousClock.Instant, output: Int32? = nil, errors: Int32? = nil
  ) -> [Int32] {
    while true {
      let members = group.members()
      guard !members.isEmpty, ContinuousClock.now < deadline else { return members }
      let watched = members.compactMap { member -> pollfd? in
        let descriptor = mp_capture_open_process(member)
        return descriptor < 0 ? nil : pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      }
      defer { watched.forEach { close($0.fd) } }
      // None could be opened: all of them ended since they were listed.
      guard let first = watched.first else { continue }
      // One after the other: each wait ends with the exit of a member or with the deadline.
      var one = [first]
      _ = waitFor(&one, until: deadline)
      if let output { _ = receive(from: output, late: true) { _ in } }
      if let errors { _ = receiveErrors(from: errors) }
    }
  }

  func result() -> CapturedRun {
    let ending: Transcript.Ending =
      if timedOut {
        .timedOut
      } else if let status {
        // The encoding of wait statuses, which C has as macros: the low seven bits are the signal.
        status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signaled(status & 0x7f)
      } else {
        .unknown
      }
    return CapturedRun(
      transcript: Transcript(lines: lines, ending: ending), standardError: standardError, mainProcess: process,
      duration: duration, leftBehind: leftBehind, lateLines: late.finish(), exceededOutputLimit: isOverLimit)
  }

  // MARK: Descriptors

  /// Waits until one of the descriptors is ready; false when the deadline has passed before.
  private func waitFor(_ watched: inout [pollfd], until deadline: ContinuousClock.Instant) -> Bool {
    while true {
      let remaining = deadline - ContinuousClock.now
      guard remaining > .zero else { return false }
      // Rounded up, so that the last wait does not become a busy loop of zero milliseconds.
      let milliseconds =
        min(remaining.components.seconds, 1_000_000) * 1000
        + remaining.components.attoseconds / 1_000_000_000_000_000 + 1
      let ready = poll(&watched, nfds_t(watched.count), Int32(milliseconds))
      if ready > 0 { return true }
      if ready < 0, mp_errno() != EINTR { return false }
    }
  }

  /// Takes in what standard output holds at the moment; true at its end.
  private mutating func receive(from descriptor: Int32, late isLate: Bool, onLine: (Transcript.Line) -> Void) -> Bool {
    while !isOverLimit {
      var writer: Int32 = 0
      let count = buffer.withUnsafeMutableBytes {
        mp_capture_receive(descriptor, $0.baseAddress, $0.count, &writer)
      }
      // Below zero nothing is there at the moment; a reset connection has ended as well.
      guard count > 0 else { return count == 0 || mp_errno() != EAGAIN }
      outputSize += count
      let arrival = ContinuousClock.now - start
      let completed = buffer.withUnsafeBufferPointer { whole in
        let piece = UnsafeBufferPointer(rebasing: whole.prefix(count))
        return isLate
          ? late.append(piece, writer: writer, arrival: arrival)
          : assembler.append(piece, writer: writer, arrival: arrival)
      }
      completed.forEach(onLine)
    }
    return false
  }

  /// Takes in what standard error holds at the moment; true at its end.
  private mutating func receiveErrors(from descriptor: Int32) -> Bool {
    while !isOverLimit {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return count == 0 || (mp_errno() != EAGAIN && mp_errno() != EINTR) }
      standardError.append(contentsOf: buffer.prefix(count))
    }
    return false
  }
}
