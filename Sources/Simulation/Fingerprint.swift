import DequeModule
import Multiprocessing
import PoolCore

/// A number for a whole state: two states with equal fingerprints have the same futures.
struct Fingerprint: Hashable {
  var high: Int
  var low: Int
}

extension SimulatedWorld {
  /// The state as it is at a choice: the pools' machines, queues, processes, and for each lane what it is about to do and
  /// what its program has learned. The output so far does not count: no program can read it.
  func fingerprint() -> Fingerprint {
    var first = Hasher()
    var second = Hasher()
    second.combine(1)
    func add(_ value: Int) {
      first.combine(value)
      second.combine(value)
    }
    add(clock.hashValue)
    add(deathsLeft)
    add(settlements)
    for line in main.buffer { add(line.text.hashValue) }
    for (pool, engine) in engines.enumerated() {
      var snapshot = engine.snapshot
      snapshot.machine = snapshot.machine.withoutIndices
      if workersAreAlike, transports.indices.contains(pool) {
        for worker in snapshot.machine.workers where !transports[pool].places.contains(where: { $0.id == worker.id }) {
          add(worker.hashValue)
        }
        snapshot.machine = snapshot.machine.withoutWorkers
      }
      add(snapshot.hashValue)
    }
    for transport in transports { add(signature(of: transport)) }
    for transport in threadTransports { add(transport.snapshot.hashValue) }
    for words in words { add(words.signature) }
    for channel in channels { add(channel.messages.hashValue) }
    // In no order: which parkers there were before is no part of the state.
    add(parkers.reduce(0) { sum, parker in sum &+ (parker.parker.map { $0.isWoken ? mix($0.number, 1) : 0 } ?? 0) })
    add(main.signature)
    for lane in lanes where lane.worker == nil { add(lane.signature) }
    return Fingerprint(high: first.finalize(), low: second.finalize())
  }

  private func signature(of transport: SimulatedTransport) -> Int {
    var hasher = Hasher()
    if tasksAreAlike {
      hasher.combine(transport.queue.map(\.chunk.job))
    } else {
      for entry in transport.queue {
        hasher.combine(entry.chunk)
        hasher.combine(entry.bytes)
      }
    }
    hasher.combine(transport.isStopped)
    if variant.stopMarks != nil { hasher.combine(transport.stopsSeen) }
    hasher.combine(transport.isInterrupted(.resultHandler))
    hasher.combine(transport.isInterrupted(.workerHandler))
    let machine = engines.indices.contains(transport.number) ? engines[transport.number].snapshot.machine : nil
    var signatures = transport.places.map { place in
      place.signature(
        machine, named: !workersAreAlike, counted: transport.configuration.maxTasksPerChild != nil, rank: transport.rank)
    }
    if workersAreAlike { signatures.sort() }
    hasher.combine(signatures)
    return hasher.finalize()
  }
}

extension SimulatedTransport.Place {
  /// A number for everything about this worker, with its own name or without.
  func signature(_ machine: PoolMachine?, named: Bool, counted: Bool, rank: (Int) -> Int) -> Int {
    var hasher = Hasher()
    if named { hasher.combine(id) }
    if let worker = machine?.workers.first(where: { $0.id == id }) {
      hasher.combine(worker.isReady)
      hasher.combine(worker.holds)
    }
    for report in reports { hasher.combine(report.withoutIndex(machine)) }
    for ticket in tickets where ticket > 0 { hasher.combine(rank(ticket)) }
    hasher.combine(holds.map { $0.withoutIndex(machine) })
    hasher.combine(hasExited)
    if counted { hasher.combine(completed) }
    if !hasExited {
      hasher.combine(process.signature)
      hasher.combine(lane.signature)
    }
    return hasher.finalize()
  }
}

extension Chunk {
  /// Chunks of a job with one result stand for each other.
  func withoutIndex(_ machine: PoolMachine?) -> Chunk {
    machine?.isWholeOfMany(job) == true ? Chunk(job: job, index: -1) : self
  }
}

extension SimulatedTransport.Report {
  func withoutIndex(_ machine: PoolMachine?) -> SimulatedTransport.Report {
    guard case .succeeded(let chunk, _) = self, machine?.isWholeOfMany(chunk.job) == true else { return self }
    return .succeeded(chunk.withoutIndex(machine), [])
  }
}

extension SimulatedProcess {
  var signature: Int {
    var hasher = Hasher()
    for line in buffer { hasher.combine(line.text) }
    hasher.combine(localsHash)
    return hasher.finalize()
  }
}

extension Lane {
  var signature: Int {
    if isFinished || isGhost { return 0 }
    var sum = mix(history, pending?.signature ?? 0)
    if worker == nil { sum = mix(sum, name.hashValue) }
    return mix(sum, stage ?? 0)
  }
}
