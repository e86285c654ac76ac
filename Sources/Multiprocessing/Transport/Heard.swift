/// The tickets of what was heard of the workers in one go, to put it into their order.
struct Heard {
  /// Where the reports begin that the tickets belong to.
  let first: Int
  private var tickets: [UInt64] = []
  /// Where each part begins that is in order: what was heard of one worker is.
  private var runs: [Int] = []
  /// The latest ticket of all.
  private(set) var last: UInt64 = 0
  private var previous: UInt64 = 0

  init(first: Int) { self.first = first }

  mutating func append(_ ticket: UInt64) {
    if tickets.isEmpty || ticket < previous { runs.append(tickets.count) }
    previous = ticket
    last = max(last, ticket)
    tickets.append(ticket)
  }

  /// Puts the reports into the order of their tickets. Those of one worker are in order already, and stay so.
  func sort(_ reports: inout [WorkerReport]) {
    guard runs.count > 1 else { return }
    let order = order
    reports.withUnsafeMutableBufferPointer { reports in
      let part = reports.baseAddress! + first
      let sorted = UnsafeMutablePointer<WorkerReport>.allocate(capacity: order.count)
      for (place, index) in order.enumerated() { (sorted + place).moveInitialize(from: part + index, count: 1) }
      part.moveInitialize(from: sorted, count: order.count)
      sorted.deallocate()
    }
  }

  /// The indices of the tickets in order: parts are merged two by two.
  private var order: [Int] {
    var parts = runs.indices.map { Array(runs[$0]..<($0 + 1 < runs.count ? runs[$0 + 1] : tickets.count)) }
    while parts.count > 1 {
      parts = stride(from: 0, to: parts.count, by: 2).map { index in
        index + 1 < parts.count ? merged(parts[index], parts[index + 1]) : parts[index]
      }
    }
    return parts[0]
  }

  /// Of equal tickets, which only a worker that lies can have, the earlier part's come first.
  private func merged(_ a: [Int], _ b: [Int]) -> [Int] {
    var all: [Int] = []
    all.reserveCapacity(a.count + b.count)
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if tickets[b[j]] < tickets[a[i]] {
        all.append(b[j])
        j += 1
      } else {
        all.append(a[i])
        i += 1
      }
    }
    all += a[i...]
    all += b[j...]
    return all
  }
}
