import DequeModule

/// The jobs that are not over.
///
/// A job of one chunk costs one byte here, for a program may submit millions before it asks for the first result; what
/// has more than one chunk is kept in full.
package struct JobTable: Hashable, Sendable {
  /// What the table keeps of every job.
  struct Flags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    static let live = Flags(rawValue: 1)
    static let callbackOnSuccess = Flags(rawValue: 2)
    static let callbackOnFailure = Flags(rawValue: 4)
    static let inCallback = Flags(rawValue: 8)
    static let failed = Flags(rawValue: 16)
    static let bulk = Flags(rawValue: 32)
    static let reportsProgress = Flags(rawValue: 64)
    /// Its time is over, and its callback runs.
    static let expired = Flags(rawValue: 128)
  }

  /// A job of several chunks, or of a number not known yet.
  struct Bulk: Hashable, Sendable {
    var kind: JobSpec.Kind
    /// How many chunks there are; nil while the inputs have not ended.
    var total: Int?
    /// How many chunks the inputs gave so far.
    var arrived: Int
    /// How many chunks have been asked of the inputs and neither arrived nor were declined.
    var asked = 0
    /// The chunks that came back.
    var returned = ChunkSet()
    var returnedCount = 0
    /// imap: how many chunks the consumer has been given and how many it took.
    var delivered = 0
    var consumed = 0
    /// imap: whether what the consumer is given counts as taken, for there is none any more.
    var isUnread = false
    var lookAhead: Int
  }

  private var base: UInt64 = 0
  private var flags: Deque<Flags> = []
  private(set) var live = 0
  private var bulk = BulkJobs()

  var isEmpty: Bool { live == 0 }

  /// The id of the next job.
  var next: JobID { JobID(base + UInt64(flags.count)) }

  mutating func append(_ flags: Flags, bulk: Bulk?) {
    if let bulk { self.bulk.append(bulk, next) }
    self.flags.append(bulk == nil ? flags.union(.live) : flags.union([.live, .bulk]))
    live += 1
  }

  private func offset(_ job: JobID) -> Int? {
    guard job.rawValue >= base, job.rawValue - base < UInt64(flags.count) else { return nil }
    return Int(job.rawValue - base)
  }

  /// The flags of a job that is not over; nil for any other id.
  subscript(job: JobID) -> Flags? {
    get {
      guard let offset = offset(job), flags[offset].contains(.live) else { return nil }
      return flags[offset]
    }
    set {
      guard let offset = offset(job), let newValue else { return }
      flags[offset] = newValue
    }
  }

  /// Looks at a bulk job where it stands; nil for any other id.
  @inline(__always) func look<R>(_ job: JobID, _ body: (borrowing Bulk) -> R) -> R? { bulk.look(job, body) }

  /// Changes a bulk job in place.
  @inline(__always) mutating func update<R>(_ job: JobID, _ body: (inout Bulk) -> R) -> R? { bulk.update(job, body) }

  /// Forgets which chunks of jobs with one result came back, not how many.
  mutating func forgetIndices() { bulk.forEach { if $0.kind == .whole { $0.returned = ChunkSet() } } }

  mutating func remove(_ job: JobID) {
    guard let offset = offset(job), flags[offset].contains(.live) else { return }
    if flags[offset].contains(.bulk) { bulk.remove(job) }
    flags[offset] = []
    live -= 1
    while let first = flags.first, !first.contains(.live) {
      flags.removeFirst()
      base += 1
    }
  }

  /// The jobs that are not over, in order of submission.
  var jobs: [JobID] {
    flags.indices.compactMap { flags[$0].contains(.live) ? JobID(base + UInt64($0)) : nil }
  }
}
