import PoolCore
import Multiprocessing

/// What a simulated thread is about to do, at a place where another may go on.
enum Operation {
  /// Its first step.
  case start
  /// Go on with its own affairs.
  case pass(PassingPoint)
  /// Let a line out, or what its process has buffered.
  case print
  case park(SimulatedParker, until: Duration?)
  case sleep(until: Duration)
  /// Take a chunk from the common queue, or see that it is to stop.
  case take(SimulatedTransport, WorkerID)
  /// Hear one thing that a worker said.
  case collect(SimulatedTransport, until: Duration?)
  /// Wait for something that the worker handler must do.
  case watch(SimulatedTransport)
  /// End a worker by force.
  case kill(SimulatedTransport, WorkerID)
  /// Put a report into the worker's own channel.
  case report(SimulatedTransport, WorkerID)
  case send(SimulatedChannel)
  case receive(SimulatedChannel)
  /// See whether a message is waiting.
  case look(SimulatedChannel)
  /// Read or write a process-local variable in a process with several threads.
  case local
  /// Wake another thread.
  case wake(SimulatedParker)
  /// Read or write a word that processes share.
  case word(SimulatedWords, Int, isWritten: Bool)
  /// Wait until somebody wakes the waiters of a word.
  case wordWait(SimulatedWords, SimulatedWords.Waiter, until: Duration?)
}

/// One way in which a run can go on: a simulated thread, and which of its alternatives.
package struct Choice: Hashable, Sendable {
  package var lane: Int
  package var code: Int
  package init(lane: Int, code: Int) {
    self.lane = lane
    self.code = code
  }
}

extension Operation {
  /// A code for each way in which the operation can be done now; none: it must wait.
  func codes(_ timers: Timers) -> [Int] {
    switch self {
    case .start, .pass, .print, .kill, .report, .send, .look, .local, .wake, .word: return [0]
    case .wordWait(_, let waiter, let deadline):
      if waiter.isWoken { return [0] }
      return deadline != nil && timers == .racy ? [1] : []
    case .park(let parker, let deadline):
      if parker.isWoken { return [0] }
      return deadline != nil && timers == .racy ? [1] : []
    case .sleep: return []
    case .take(let transport, _): return transport.takeCodes
    case .collect(let transport, _): return transport.collectCodes
    case .watch(let transport): return transport.isInterrupted(.workerHandler) ? [0] : []
    case .receive(let channel): return channel.isReadable ? [0] : []
    }
  }

  /// When waiting ends by itself.
  var deadline: Duration? {
    switch self {
    case .park(_, let deadline), .wordWait(_, _, let deadline), .collect(_, let deadline): deadline
    case .sleep(let deadline): deadline
    default: nil
    }
  }

  /// A number for the kind of operation and for what it is about.
  var signature: Int {
    switch self {
    case .start: 1
    case .pass: 2
    case .print: 3
    case .park(let parker, let deadline): mix(deadline == nil ? 4 : 5, parker.number)
    case .sleep: 6
    case .take: 7
    case .collect: 8
    case .watch: 9
    case .kill(_, let worker): mix(10, Int(worker.rawValue))
    case .report: 11
    case .send(let channel): mix(12, channel.number)
    case .receive(let channel): mix(13, channel.number)
    case .look(let channel): mix(16, channel.number)
    case .local: 14
    case .wake: 15
    case .word(let words, let index, let isWritten): mix(isWritten ? 18 : 17, mix(words.number, index))
    case .wordWait(let words, let waiter, let deadline):
      mix(deadline == nil ? 19 : 20, mix(mix(words.number, waiter.word), waiter.isWoken ? 1 : 0))
    }
  }
}

/// When waits with a deadline end.
package enum Timers: Hashable, Sendable {
  /// The clock jumps only when nothing else can go on; sleeping takes no time that others would notice.
  case patient
  /// Sleeping takes its time on the virtual clock, which jumps when nothing else can go on.
  case timed
  /// A deadline may pass at any moment.
  case racy
}
