import Foundation
import Multiprocessing

struct Setup: Initializer {
  let started: SimpleQueue<String>
  func run() throws { try started.put(ProcessIdentity.current.name) }
}

enum Root: PoolFunction {
  static func call(_ x: Double) -> Double {
    sleep(for: .milliseconds(1))
    return sqrt(x)
  }
}

@main
struct Program {
  static func main() throws {
    for method in StartMethod.allCases {
      let started = try SimpleQueue<String>()
      let roots = try withPool(processes: 2, initializer: Setup(started: started), context: Context(method)) { pool in
        let roots = try pool.map(Root.self, [1, 4, 9, 16])
        pool.close()
        try pool.join()
        return roots
      }
      let names = try [started.get(), started.get()].sorted().joined(separator: ", ")
      print("\(method): \(roots.map { String(format: "%.1f", $0) }.joined(separator: " ")), by \(names)", flush: true)
    }
  }
}
