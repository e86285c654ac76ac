import PoolCore
import Testing

@Suite struct NamesTests {
  @Test func `worker processes are named after their method and place`() {
    // 1.28, 1.31
    #expect(ProcessName.worker(.fork, identity: [1]) == "ForkPoolWorker-1")
    #expect(ProcessName.worker(.spawn, identity: [12]) == "SpawnPoolWorker-12")
    #expect(ProcessName.worker(.forkserver, identity: [6, 1, 3]) == "ForkServerPoolWorker-6:1:3")
    #expect(ProcessName.process(nil, identity: [6, 1]) == "Process-6:1")
    #expect(ProcessName.process(.spawn, identity: [2]) == "SpawnProcess-2")
    #expect(ProcessName.main == "MainProcess")
  }

  @Test func `children are numbered in order of creation, below their parent`() {
    // 1.29, 1.31
    var main = ProcessNumbering()
    #expect([main.next(), main.next(), main.next()] == [[1], [2], [3]])
    var child = ProcessNumbering(parent: [3])
    #expect([child.next(), child.next()] == [[3, 1], [3, 2]])
    #expect(main.next() == [4])
    #expect(main.created == 4)
  }

  @Test func `threads are numbered by one counter`() {
    // 1.24, 1.25: a name of one's own uses no number, a function shows from 3.10 on.
    var numbering = ThreadNumbering()
    #expect(numbering.next(function: "worker", profile: .document) == "Thread-1")
    #expect(numbering.next(function: "worker", profile: .host) == "Thread-2 (worker)")
    #expect(numbering.next(function: nil, profile: .host) == "Thread-3")
    var later = ThreadNumbering(created: 3)
    #expect(later.next(function: "_handle_tasks", profile: .cpython(minor: 10)) == "Thread-4 (_handle_tasks)")
    #expect(later.next(function: "_handle_tasks", profile: .cpython(minor: 9)) == "Thread-5")
  }

  @Test func `helper threads have CPython's functions in CPython's order`() {
    // 1.22, 1.27
    #expect(HelperRole.allCases.map(\.rawValue) == ["_handle_workers", "_handle_tasks", "_handle_results"])
    #expect(HelperRole.worker == "worker")
  }

  @Test func `profiles say what a platform and a version do`() throws {
    // 5.1, M2, M3
    let document = try #require(Profile.named("document"))
    #expect(document.defaultStartMethod == .spawn)
    #expect(document.startMethods == [.spawn, .fork, .forkserver])
    #expect(document.processors == 8)
    for minor in 6...13 {
      let profile = try #require(Profile.named("cpython-3.\(minor)"))
      #expect(profile.defaultStartMethod == .fork)
      #expect(profile.startMethods == [.fork, .spawn, .forkserver])
      #expect(profile.threadNamesCarryFunction == (minor >= 10))
      #expect(profile.defaultSizeFollowsAffinity == (minor >= 13))
    }
    let newest = try #require(Profile.named("cpython-3.14"))
    #expect(newest.defaultStartMethod == .forkserver)
    #expect(newest.startMethods == [.forkserver, .fork, .spawn])
    #expect(Profile.named("cpython-3.5") == nil)
    #expect(Profile.named("") == nil)
    #expect(Set(Profile.all.map(\.name)).count == Profile.all.count)
    for profile in Profile.all { #expect(profile.startMethods.contains(profile.defaultStartMethod)) }
  }

  @Test func `the number of a thread is read from its default name`() {
    var numbering = ThreadNumbering(created: 6)
    #expect(ThreadNumbering.number(in: numbering.next(function: "worker", profile: .document)) == 7)
    #expect(ThreadNumbering.number(in: numbering.next(function: "worker", profile: .host)) == 8)
    for name in [ThreadNumbering.main, "Thread-", "Thread-x", "Dummy-1", ""] {
      #expect(ThreadNumbering.number(in: name) == nil)
    }
  }
}
