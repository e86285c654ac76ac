/// What a step did that steps of other lanes may depend on.
enum Access: Hashable {
  /// A line came out, or was buffered where several threads print.
  case print
  /// The program has ended: what others would still have printed is lost.
  case finish
  /// Would have done something, had the program not ended.
  case present
  /// An event was given to a pool's machine.
  case event(pool: Int, EventClass)
  /// A job was settled: done, or dropped without being done.
  case done(pool: Int)
  case dropped(pool: Int)
  /// A chunk was put at the end of the common queue, or taken from its head.
  case offer(pool: Int)
  case claim(pool: Int)
  /// The stop mark was set; a worker found it, and the queue empty.
  case stop(pool: Int)
  case stopSeen(pool: Int)
  case withdraw(pool: Int)
  /// A worker put a report into its channel; the result handler took one out.
  case report(pool: Int)
  case hear(pool: Int)
  /// A worker did something, which it would not have done had it been killed before.
  case alive(pool: Int)
  case kill(pool: Int)
  /// A helper thread was told to look around; it did.
  case interrupt(pool: Int)
  case watch(pool: Int)
  /// The list of what the task handler has to do was read or changed.
  case sends(pool: Int)
  /// The same for the worker handler.
  case starts(pool: Int)
  /// A worker thread found the queue empty and joined those who wait; a worker thread was told to end.
  case idle(pool: Int)
  case doom(pool: Int)
  /// A report was put where the reports of all workers wait, and the order in which they are heard matters.
  case orderedReport(pool: Int)
  /// A parked thread was woken; it took the wake-up.
  case wake(Int)
  case woken(Int)
  case send(Int)
  case receive(Int)
  case look(Int)
  case local(process: Int)
  /// A word that processes share, by the number of its object and its own: read, written, its waiters woken, waited for.
  case wordRead(Int, Int)
  case wordWrite(Int, Int)
  case wordWake(Int, Int)
  case wordWait(Int, Int)
  /// Asked whether a result is there: it was, or it was not.
  case foundReady
  case foundPending
  /// A process or a thread was started, which takes a number.
  case number
}

/// Events of a machine by what they commute with.
enum EventClass: Hashable {
  case submitted, ready, returned, closed, terminated
  /// A worker that was told to stop has ended.
  case ended
  /// Everything else.
  case other
}

/// The table of independence: two steps may change places if nothing that they did is dependent.
enum Independence {
  /// Whether `other`, done by another lane before `own`, may change what `own` does or finds, or the other way round.
  ///
  /// `own` is about to happen. That makes some pairs one-sided: a claim that can happen now finds a chunk, and chunks that
  /// are put behind it do not change which.
  static func areDependent(_ own: Access, _ other: Access) -> Bool {
    switch (own, other) {
    case (.print, .print), (.print, .finish), (.finish, .print): true
    case (.finish, .present): true
    case (.event(let a, let own), .event(let b, let other)): a == b && !commute(own, other)
    case (.done, .foundReady), (.done, .foundPending), (.dropped, .foundReady), (.dropped, .foundPending): true
    case (.foundPending, .done), (.foundPending, .dropped): true
    case (.done(let a), .dropped(let b)), (.dropped(let a), .done(let b)): a == b
    // What was found ready stays ready.
    case (.foundReady, _): false

    // A queue with two ends: whoever finds something at the head does not see what happens at the tail.
    case (.offer(let a), .offer(let b)), (.claim(let a), .claim(let b)): a == b
    // Whoever comes to the queue now may find the chunk gone, or still there.
    case (.claim(let a), .stopSeen(let b)), (.stopSeen(let a), .claim(let b)): a == b
    case (.offer(let a), .stopSeen(let b)), (.stopSeen(let a), .offer(let b)): a == b
    case (.withdraw(let a), .withdraw(let b)), (.withdraw(let a), .claim(let b)), (.claim(let a), .withdraw(let b)):
      a == b
    case (.withdraw(let a), .offer(let b)), (.offer(let a), .withdraw(let b)): a == b
    case (.withdraw(let a), .stopSeen(let b)), (.stopSeen(let a), .withdraw(let b)): a == b
    // Each worker has a channel of its own, with one writer and one reader.
    case (.report, _), (.hear, _): false

    case (.alive(let a), .kill(let b)), (.kill(let a), .alive(let b)): a == b
    case (.kill(let a), .kill(let b)): a == b
    case (.interrupt(let a), .watch(let b)), (.watch(let a), .interrupt(let b)): a == b
    case (.sends(let a), .sends(let b)), (.starts(let a), .starts(let b)): a == b
    // Who waits longest is woken first.
    case (.idle(let a), .idle(let b)), (.idle(let a), .offer(let b)), (.offer(let a), .idle(let b)): a == b
    case (.doom(let a), .claim(let b)), (.claim(let a), .doom(let b)), (.doom(let a), .offer(let b)): a == b
    case (.doom(let a), .idle(let b)), (.idle(let a), .doom(let b)), (.doom(let a), .stopSeen(let b)): a == b
    case (.stopSeen(let a), .doom(let b)), (.offer(let a), .doom(let b)): a == b
    case (.orderedReport(let a), .orderedReport(let b)): a == b
    // A wake-up is remembered, one counts as much as two, and whoever is woken looks again.
    case (.wake, _), (.woken, _): false
    case (.send(let a), .send(let b)), (.receive(let a), .receive(let b)): a == b
    case (.look(let a), .send(let b)), (.look(let a), .receive(let b)): a == b
    case (.send(let a), .look(let b)), (.receive(let a), .look(let b)): a == b
    case (.local(let a), .local(let b)): a == b
    case (.wordWrite(let a, let i), .wordWrite(let b, let j)), (.wordWrite(let a, let i), .wordRead(let b, let j)),
      (.wordRead(let a, let i), .wordWrite(let b, let j)):
      a == b && i == j
    // Who waits first is woken first, and nobody is woken who comes later.
    case (.wordWait(let a, let i), .wordWait(let b, let j)), (.wordWait(let a, let i), .wordWake(let b, let j)),
      (.wordWake(let a, let i), .wordWait(let b, let j)), (.wordWake(let a, let i), .wordWake(let b, let j)):
      a == b && i == j
    case (.number, .number): true
    default: false
    }
  }

  /// Whether a dependence matters only because somebody asks for results: no program can tell in which of two ways a job was
  /// settled whose result nobody asks for.
  static func mattersToAskersOnly(_ own: Access, _ other: Access) -> Bool {
    switch (own, other) {
    case (.done, .dropped), (.dropped, .done): true
    default: false
    }
  }

  /// Whether two events leave the machine the same, and ask for the same, in either order.
  static func commute(_ a: EventClass, _ b: EventClass) -> Bool {
    switch (a, b) {
    case (.other, _), (_, .other): false
    case (.submitted, .submitted), (.submitted, .closed), (.closed, .submitted): false
    case (.terminated, .submitted), (.submitted, .terminated): false
    case (.terminated, .closed), (.closed, .terminated): false
    default: true
    }
  }
}
