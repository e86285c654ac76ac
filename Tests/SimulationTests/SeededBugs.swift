import Multiprocessing
import PoolCore
import Simulation
import Testing

/// A bug that a pool could have, seeded into the simulated one, and the program that shows it.
struct SeededBug: Sendable, CustomTestStringConvertible {
  enum Symptom: String, Sendable {
    /// Nobody can go on.
    case hang
    /// The program ends with an error that the pool never throws here.
    case error
    /// Something is printed that the pool never prints.
    case illegal = "illegal output"
    /// Something is never printed that the pool can print.
    case missing = "missing output"
  }

  var name: String
  var program: Program
  var symptom: Symptom
  var variant: Variant

  var testDescription: String { name }

  init(_ name: String, _ program: Program, _ symptom: Symptom, _ change: (inout Variant) -> Void) {
    self.name = name
    self.program = program
    self.symptom = symptom
    variant = Variant()
    change(&variant)
    self.program.variant = variant
  }
}

extension SeededBug {
  static let all: [SeededBug] = workers + queue + results + streams + endings

  static let workers = [
    SeededBug("the initializer runs after the first task", Seeded.named, .illegal) {
      $0.initializations = { $0 == 1 ? 1 : 0 }
    },
    SeededBug("the initializer runs twice", Seeded.named, .illegal) { $0.initializations = { $0 == 0 ? 2 : 0 } },
    SeededBug("the initializer runs before every task", Seeded.named, .illegal) { $0.initializations = { _ in 1 } },
    SeededBug("the initializer never runs", Seeded.named, .illegal) { $0.initializations = { _ in 0 } },
    SeededBug("workers are counted from 0", Seeded.named, .illegal) { $0.number = { $0.dropLast() + [($0.last ?? 0) - 1] } },
    SeededBug("every worker has number 1", Seeded.named, .illegal) { $0.number = { $0.dropLast() + [1] } },
    SeededBug("a replacement takes the name of the worker before it", Seeded.perChild, .illegal) {
      $0.number = { $0.dropLast() + [1] }
    },
    SeededBug("a worker does one chunk too many", Seeded.perChild, .illegal) { $0.chunksPerWorker = { $0.map { $0 + 1 } } },
    SeededBug("a worker that ended is not replaced", Seeded.perChild, .hang) {
      $0.actions = { event, _, actions in
        guard case .exited = event else { return actions }
        return actions.filter { if case .startWorker = $0 { false } else { true } }
      }
    },
    SeededBug("one worker too many is started", Seeded.named, .illegal) {
      $0.actions = { event, machine, actions in
        event == .opened ? actions + [.startWorker(WorkerID(UInt32(machine.size)))] : actions
      }
    },
    SeededBug("one worker too few is started", Seeded.named, .hang) {
      $0.actions = { event, _, actions in event == .opened ? actions.dropLast() : actions }
    },
    SeededBug("a failing initializer is not heard of", Seeded.failingInitializer, .illegal) {
      $0.events = { event, _ in if case .initializerFailed = event { [] } else { [event] } }
    },
    SeededBug("a task is done before what it printed is out", Seeded.unflushed, .illegal) { $0.flushes = false },
  ]

  static let queue = [
    SeededBug("the last chunk of a job is not queued", Seeded.map, .hang) {
      $0.actions = { _, _, actions in
        actions.map { if case .offer(let job, let chunks) = $0 { .offer(job, chunks.dropLast()) } else { $0 } }
      }
    },
    SeededBug("a chunk is queued twice", Seeded.named, .illegal) { $0.copies = 2 },
    SeededBug("the newest chunk is taken first", Seeded.numbered, .illegal) { $0.claim = { ($0 - 1, false) } },
    SeededBug("only one worker sees the stop mark", Seeded.named, .hang) { $0.stopMarks = 1 },
    SeededBug("closing forgets queued chunks", Seeded.numbered, .hang) {
      $0.actions = { event, _, actions in event == .closed ? actions + [.withdrawAll] : actions }
    },
  ]

  static let results = [
    SeededBug("a result is lost on its way", Seeded.map, .hang) {
      $0.hearing = { report in
        if case .returned(_, let chunk, _) = report, chunk.index == 1 { return nil }
        return report
      }
    },
    SeededBug("two results change places", Seeded.map, .illegal) {
      $0.hearing = { report in
        guard case .returned(let worker, let chunk, let outcome) = report, chunk.index < 2 else { return report }
        return .returned(worker, Chunk(job: chunk.job, index: 1 - chunk.index), outcome)
      }
    },
    SeededBug("a failing chunk ends its job at once", Seeded.failingMap, .illegal) {
      $0.actions = { event, _, actions in
        guard case .returned(_, let chunk, failed: true) = event else { return actions }
        return actions + [.resolve(chunk.job, .failed)]
      }
    },
    SeededBug("a callback is forgotten", Seeded.callbacks, .illegal) {
      $0.events = { event, _ in
        guard case .submitted(var spec) = event else { return [event] }
        spec.callbackOnSuccess = false
        return [.submitted(spec)]
      }
    },
    SeededBug("the end of a callback is not heard of", Seeded.callbacks, .hang) {
      $0.events = { event, _ in if case .callbackFinished = event { [] } else { [event] } }
    },
    SeededBug("a result is ready before its callback has run", Seeded.callbacks, .hang) {
      $0.actions = { _, _, actions in
        actions.flatMap { action -> [PoolAction] in
          if case .runCallback(let job, let failed) = action {
            [.resolve(job, failed ? .failed : .succeeded), action]
          } else {
            [action]
          }
        }
      }
    },
  ]

  static let streams = [
    SeededBug("imap delivers as results arrive", Seeded.imap, .illegal) {
      $0.events = { event, _ in
        guard case .submitted(var spec) = event, spec.kind == .ordered else { return [event] }
        spec.kind = .unordered
        return [.submitted(spec)]
      }
    },
    SeededBug("imapUnordered keeps the order of the inputs", Seeded.imapUnordered, .missing) {
      $0.events = { event, _ in
        guard case .submitted(var spec) = event, spec.kind == .unordered else { return [event] }
        spec.kind = .ordered
        return [.submitted(spec)]
      }
    },
    SeededBug("the error of the inputs is taken for their end", Seeded.failingInputs, .illegal) {
      $0.events = { event, _ in
        if case .inputEnded(let job, failed: true) = event { [.inputEnded(job, failed: false)] } else { [event] }
      }
    },
    SeededBug("the end of the inputs is not heard of", Seeded.imap, .hang) {
      $0.events = { event, _ in if case .inputEnded = event { [] } else { [event] } }
    },
    SeededBug("the look-ahead is not kept", Seeded.boundedInputs, .illegal) {
      $0.events = { event, _ in
        guard case .submitted(var spec) = event else { return [event] }
        spec.lookAhead = .max
        return [.submitted(spec)]
      }
    },
    SeededBug("what the consumer took is not counted", Seeded.boundedInputs, .hang) {
      $0.events = { event, _ in if case .consumed = event { [] } else { [event] } }
    },
  ]

  static let endings = [
    SeededBug("closing is not heard of", Seeded.numbered, .error) {
      $0.events = { event, _ in event == .closed ? [] : [event] }
    },
    SeededBug("join returns before the last result", Seeded.named, .illegal) {
      $0.actions = { event, _, actions in event == .closed ? actions + [.wakeJoiners] : actions }
    },
    SeededBug("join returns with the first worker that ends", Seeded.named, .illegal) {
      $0.actions = { event, _, actions in
        guard case .exited = event, !actions.contains(.wakeJoiners) else { return actions }
        return actions + [.wakeJoiners]
      }
    },
    SeededBug("terminate waits for a worker that is dead", Seeded.terminated, .hang) {
      $0.hearing = { report in
        if case .exited(_, _, _, let status, _) = report, status < 0 { return nil }
        return report
      }
    },
    SeededBug("terminate stops no worker and sends no stop mark", Seeded.terminated, .hang) {
      $0.actions = { event, _, actions in
        event != .terminated ? actions : actions.filter { if case .killWorker = $0 { false } else { $0 != .sendStop } }
      }
    },
  ]
}
