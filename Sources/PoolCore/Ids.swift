/// The number of a job in its pool, given in order of submission from 0.
package struct JobID: Hashable, Comparable, Sendable {
  package var rawValue: UInt64

  package init(_ rawValue: UInt64) { self.rawValue = rawValue }

  package static func < (a: JobID, b: JobID) -> Bool { a.rawValue < b.rawValue }
}

/// The number of a worker in its pool, given in order of starting from 0; a replacement has a new one.
///
/// It is not the number in the worker's name: that comes from the process-wide counter, which all pools share.
package struct WorkerID: Hashable, Comparable, Sendable {
  package var rawValue: UInt32

  package init(_ rawValue: UInt32) { self.rawValue = rawValue }

  package static func < (a: WorkerID, b: WorkerID) -> Bool { a.rawValue < b.rawValue }
}

/// One chunk of a job: what a worker takes, runs and returns as a whole.
package struct Chunk: Hashable, Sendable {
  package var job: JobID
  package var index: Int

  package init(job: JobID, index: Int) {
    self.job = job
    self.index = index
  }
}
