import DequeModule
import PoolCore

/// A chunk that is encoded and not yet offered; `place`: where its command stands among those of the task handler.
private struct ReadyChunk {
  var chunk: Chunk
  /// Not counted: the command, or whoever pulls, has the job until its chunks are offered. A count for each chunk would be one
  /// on a word that the result handler counts on too.
  var job: Unmanaged<Job>
  var bytes: OutgoingBytes
  var place: Int?
}

/// What the task handler does: draws, encodes, and offers to the workers, in the order of the commands.
///
/// Chunks whose making runs no code of the user's are made a few at a time and offered with the engine's lock held once: nobody
/// waits for the first of them longer than for a look at a clock. All others go out one by one, as soon as they are made.
extension PoolEngine {
  func sendTasks() {
    var commands: [Command] = []
    var ready: [ReadyChunk] = []
    let limit = world.batchLimit
    while true {
      world.pass(.rest(.taskHandler))
      // The commands stay at the head while they are carried out, so that nobody overtakes them.
      let hasEnded = state.with { state in
        state.taskHandlerWaits = state.sends.isEmpty
        commands.append(contentsOf: state.sends.prefix(limit))
        return state.hasEnded
      }
      if hasEnded { return }
      if commands.isEmpty {
        _ = sendParker.park(until: nil)
        continue
      }
      for (place, command) in commands.enumerated() {
        command.withJob { job in
          if let count = command.pull {
            _ = offer(&ready)
            pull(job, command.id, count, &ready)
          } else {
            send(job, command.id, command.chunks, place, &ready)
          }
        }
      }
      _ = offer(&ready)
      state.with { state in
        state.sends.removeFirst(min(commands.count, state.sends.count))
        state.commandsDone = 0
      }
      for command in commands { command.end() }
      commands.removeAll(keepingCapacity: true)
    }
  }

  /// Sends chunks of a job; those at the end may be left in `ready`.
  private func send(
    _ job: Job, _ id: JobID, _ chunks: Range<Int>, _ place: Int?, _ ready: inout [ReadyChunk]
  ) {
    let limit = job.runsNoUserCodeBeforeSending ? world.batchLimit : 1
    var next = chunks.lowerBound
    var takesMore = true
    func take(_ bytes: OutgoingBytes) throws -> Bool {
      let made = ReadyChunk(chunk: Chunk(job: id, index: next), job: .passUnretained(job), bytes: bytes, place: place)
      takesMore = try add(made, &ready, limit)
      next += 1
      return takesMore
    }
    while takesMore, next < chunks.upperBound {
      do {
        if transport.needsEncoding {
          try job.encode(next..<chunks.upperBound, take)
        } else {
          _ = try take(OutgoingBytes([]))
        }
      } catch {
        // The job fails with the error as it is; this chunk reaches no worker (2.14). What was made before it goes out first.
        _ = offer(&ready)
        let chunk = Chunk(job: id, index: next)
        next += 1
        fail(chunk, job, error, .unsendable(chunk))
      }
    }
  }

  /// Keeps a chunk until there are more of them, or offers it with those that wait; false if its job takes no more.
  private func add(_ made: ReadyChunk, _ ready: inout [ReadyChunk], _ limit: Int) throws -> Bool {
    guard limit > 1, made.bytes.count <= Layout.inlineCapacity else {
      // Those before it may be another job's, which takes no more where this one does.
      _ = offer(&ready)
      return try offer(made)
    }
    ready.append(made)
    return ready.count < limit || offer(&ready)
  }

  /// Offers a chunk as soon as there is room; false if its job takes no more of them by then.
  private func offer(_ made: ReadyChunk) throws -> Bool {
    while true {
      if let staged = try transport.stage(made.bytes) {
        let isOffered = state.with { state in
          guard state.takes(made) else { return false }
          made.job._withUnsafeGuaranteedRef { transport.offer(made.chunk, $0, staged) }
          state.noteOffered(made)
          return true
        }
        if !isOffered { transport.unstage(staged) }
        return isOffered
      }
      if state.with({ !$0.takes(made) }) { return false }
      transport.waitForRoom()
    }
  }

  /// The same for chunks that fit the queue itself, all of those with the lock held once for which there is room; whether the
  /// job of the last one takes more of them.
  private func offer(_ ready: inout [ReadyChunk]) -> Bool {
    var next = 0
    var takesMore = true
    while next < ready.count {
      let isFull = state.with { state in
        let first = next
        defer { if next > first { state.noteOffered(ready[first..<next]) } }
        while next < ready.count {
          takesMore = state.takes(ready[next])
          if takesMore {
            guard let staged = (try? transport.stage(ready[next].bytes)) ?? nil else { return true }
            ready[next].job._withUnsafeGuaranteedRef { transport.offer(ready[next].chunk, $0, staged) }
          }
          next += 1
        }
        return false
      }
      if isFull { transport.waitForRoom() }
    }
    ready.removeAll(keepingCapacity: true)
    return takesMore
  }

  // MARK: Drawing

  private func pull(_ job: Job, _ id: JobID, _ count: Int, _ ready: inout [ReadyChunk]) {
    let limit = job.runsNoUserCodeBeforeSending ? world.batchLimit : 1
    var left = count
    while left > 0 {
      guard state.with({ $0.machine.takesChunks(id) }) else { return }
      var drawn = 0
      var end: Result<Void, any Error>?
      do {
        while drawn < min(left, limit), end == nil {
          if try job.draw() { drawn += 1 } else { end = .success(()) }
        }
      } catch {
        end = .failure(error)
      }
      if drawn > 0 {
        // The chunks go out now, before anything that was submitted later.
        send(job, id, arrive(drawn, of: id), nil, &ready)
        _ = offer(&ready)
      }
      switch end {
      case .success: return handle(.inputEnded(id, failed: false))
      case .failure(let error):
        // The error takes the place of the next chunk, unwrapped (2.12).
        job.store(state.with { $0.machine.arrivedChunks(of: id) }, failure: error)
        return handle(.inputEnded(id, failed: true))
      case nil: left -= drawn
      }
    }
  }

  /// So many chunks have been drawn: which ones.
  private func arrive(_ drawn: Int, of id: JobID) -> Range<Int> {
    world.pass(.event(.inputArrived(id, chunks: drawn)))
    return state.with { state in
      let first = state.machine.arrivedChunks(of: id)
      state.actions.removeAll(keepingCapacity: true)
      world.handle(.inputArrived(id, chunks: drawn), &state.machine, &state.actions, of: self)
      state.inHand = (id, first..<first + drawn)
      // A further pull waits for its turn.
      for case .pullInputs(let id, let count) in state.actions {
        if let job = state.jobs[id] { state.sends.append(.pull(job, id, count)) }
      }
      return first..<first + drawn
    }
  }
}

extension PoolEngine.State {
  /// Whether a chunk may be offered: a cancelled job is in nobody's hands.
  fileprivate func takes(_ ready: ReadyChunk) -> Bool { !hasEnded && machine.takesChunks(ready.chunk.job) }

  /// What is offered is no longer in the task handler's hands.
  fileprivate mutating func noteOffered(_ ready: ArraySlice<ReadyChunk>) {
    // Only the last one of each command says more than those before it.
    for index in ready.indices where index + 1 == ready.endIndex || ready[index + 1].place != ready[index].place {
      noteOffered(ready[index])
    }
  }

  fileprivate mutating func noteOffered(_ ready: ReadyChunk) {
    let chunk = ready.chunk
    guard let place = ready.place else {
      if let (id, chunks) = inHand, id == chunk.job { inHand = (id, chunk.index + 1..<chunks.upperBound) }
      return
    }
    guard place < sends.count, sends[place].id == chunk.job, sends[place].pull == nil else { return }
    if chunk.index + 1 == sends[place].chunks.upperBound {
      commandsDone = max(commandsDone, place + 1)
    } else {
      sends[place].chunks = chunk.index + 1..<sends[place].chunks.upperBound
    }
  }
}
