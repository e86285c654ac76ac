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
  ///
  /// - Parameter workersAreAlike: the workers of a pool may stand for each other.
  func fingerprint(workersAreAlike: Bool) -> Fingerprint {
    var first = Hasher()
    var second = Hasher()
    second.combine(1)
    func add(_ value: Int) {
      first.combine(value)
      second.combine(value)
    }
    add(clock.hashValue)
    add(main.buffer.hashValue)
    for (pool, engine) in engines.enumerated() {
      var snapshot = engine.snapshot
      if workersAreAlike, transports.indices.contains(pool) {
        for worker in snapshot.machine.workers where !transports[pool].places.contains(where: { $0.id == worker.id }) {
          add(worker.hashValue)
        }
        snapshot.machine = snapshot.machine.withoutWorkers
      }
      add(snapshot.hashValue)
    }
    for transport in transports { add(signature(of: transport, workersAreAlike)) }
    for transport in threadTransports { add(transport.snapshot.hashValue) }
    for channel in channels { add(channel.messages.hashValue) }
    // In no order: which parkers there were before is no part of the state.
    add(parkers.reduce(0) { sum, parker in sum &+ (parker.parker.map { $0.isWoken ? mix($0.number, 1) : 0 } ?? 0) })
    add(main.signature)
    for lane in lanes where lane.worker == nil { add(lane.signature) }
    return Fingerprint(high: first.finalize(), low: second.finalize())
  }

  private func signature(of transport: SimulatedTransport, _ workersAreAlike: Bool) -> Int {
    var hasher = Hasher()
    for entry in transport.queue {
      hasher.combine(entry.chunk)
      hasher.combine(entry.bytes)
    }
    hasher.combine(transport.isStopped)
    hasher.combine(transport.isInterrupted(.resultHandler))
    hasher.combine(transport.isInterrupted(.workerHandler))
    let machine = engines.indices.contains(transport.number) ? engines[transport.number].snapshot.machine : nil
    var signatures = transport.places.map { place in
      place.signature(machine, named: !workersAreAlike)
    }
    if workersAreAlike { signatures.sort() }
    hasher.combine(signatures)
    return hasher.finalize()
  }
}

extension SimulatedTransport.Place {
  /// A number for everything about this worker, with its own name or without.
  func signature(_ machine: PoolMachine?, named: Bool) -> Int {
    var hasher = Hasher()
    if named { hasher.combine(id) }
    if let worker = machine?.workers.first(where: { $0.id == id }) {
      hasher.combine(worker.isReady)
      hasher.combine(worker.holds)
    }
    hasher.combine(reports)
    hasher.combine(holds)
    hasher.combine(hasExited)
    hasher.combine(completed)
    if !hasExited {
      hasher.combine(process.signature)
      hasher.combine(lane.signature)
    }
    return hasher.finalize()
  }
}

extension SimulatedProcess {
  var signature: Int {
    var hasher = Hasher()
    hasher.combine(buffer)
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
