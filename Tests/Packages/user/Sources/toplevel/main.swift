import Multiprocessing

let table = (0..<5).map { $0 * 10 }

enum Lookup: PoolFunction {
  static func call(_ index: Int) -> Int { table[index] }
}

// Behind the declarations that tasks read, and before the first pool.
runWorkerIfNeeded()

for method in StartMethod.allCases {
  try withPool(processes: 2, context: Context(method)) { pool in
    print("\(method): \(try pool.map(Lookup.self, 0..<5))", flush: true)
  }
}
