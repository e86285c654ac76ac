/// The tickets of what was heard of the workers in one go, to put it into their order.
struct Heard {
  /// Where the reports begin that the tickets belong to.
  let first: Int
  private var tickets: [UInt64] = []
  private var isInOrder = true
  /// The latest ticket of all.
  private(set) var last: UInt64 = 0

  init(first: Int) { self.first = first }

  mutating func append(_ ticket: UInt64) {
    if ticket < last { isInOrder = false } else { last = ticket }
    tickets.append(ticket)
  }

  /// Puts the reports into the order of their tickets. Those of one worker are in order already, and stay so.
  func sort(_ reports: inout [WorkerReport]) {
    guard !isInOrder else { return }
    let order = tickets.indices.sorted { (tickets[$0], $0) < (tickets[$1], $1) }
    let sorted = order.map { reports[first + $0] }
    reports.replaceSubrange(first..<first + tickets.count, with: sorted)
  }
}
