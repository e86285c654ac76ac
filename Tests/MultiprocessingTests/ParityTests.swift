import Foundation
import Testing

@testable import probe

/// The parity page tells the truth: it leaves nothing out, and names exactly the cases that say they check an item.
@Suite struct ParityTests {
  /// How many numbered items each section of the catalogue of CPython's behaviour has.
  private static let sections = [1: 44, 2: 29, 3: 37, 4: 24, 5: 28, 6: 22]
  private static let bugs = 23

  /// CPython's own tests that are to be mirrored as they are, by class.
  private static let asTheyAre = [
    "TestPool":
      """
      apply map starmap starmap_async map_async map_async_callbacks map_chunksize map_handle_iterable_exception async
      async_timeout imap imap_handle_iterable_exception imap_unordered imap_unordered_handle_iterable_exception make_pool
      terminate empty_iterable context wrapped_exception map_no_failfast enter
      """,
    "TestPoolWorkerErrors": "async_error_callback",
    "TestPoolWorkerLifetime": "pool_worker_lifetime pool_worker_lifetime_early_close pool_maxtasksperchild_invalid",
    "TestInitializers": "pool_initializer", "TestPoolNotLeakOnFailure": "release_unused_processes",
    "TestStdinBadfiledescriptor": "queue_in_process pool_in_process", "MiscTestCase": "large_pool",
    "TestProcess":
      """
      current args_argument daemon_argument parent_process_attributes parent_process process terminate kill cpu_count
      active_children recursion sentinel close many_processes wait_for_threads forkserver_sigint forkserver_sigkill
      """,
    "TestSubclassingProcess": "stderr_flush",
    "TestStartMethod": "context set_get get_all mixed_startmethod nested_startmethod",
    "TestSimpleQueue": "empty close closed empty_exceptions",
    "TestQueue": "put get fork qsize task_done timeout closed_queue_empty closed_queue_put_get",
    "TestLock": "lock rlock lock_context", "TestSemaphore": "semaphore bounded_semaphore timeout",
    "TestCondition": "notify notify_all notify_n timeout waitfor waitfor_timeout", "TestEvent": "event repr",
    "TestBarrier":
      "barrier barrier_10 wait_return action abort reset abort_and_reset timeout default_timeout single_thread thousand",
    "TestValue": "value rawvalue", "TestArray": "array array_from_size rawarray",
    "TestWait": "wait wait_timeout wait_integer neg_timeout",
  ]

  /// Those that are to be mirrored with adaptation.
  private static let adapted = [
    "TestPool.map_unplicklable", "TestPool.traceback", "TestPool.release_task_refs", "TestPool.resource_warning",
    "TestPoolWorkerErrors.unpickleable_result", "TestPoolWorkerLifetime.worker_finalization",
    "TestProcess.process_mainthread_native_id", "TestProcess.child_fd_inflation", "TestProcess.error_on_stdio_flush_1",
    "TestProcess.error_on_stdio_flush_2", "TestSubclassingProcess.subclassing", "TestSubclassingProcess.sys_exit",
    "TestStartMethod.preload_resources", "TestNoForkBomb", "TestCloseFds", "TestForkAwareThreadLock", "TestNamedResource",
    "TestAtExit", "TestQueue.feeder_donot_stop_onexc", "TestCondition.wait_result", "TestValue.getobj_getlock",
    "TestArray.getobj_getlock_obj", "TestFinalize.finalize", "TestLogging.enable_logging", "TestLogging.level",
    "TestResourceTracker",
  ]

  private let page: ParityPage

  init() throws { page = try ParityPage() }

  @Test func `every item of behaviour has one row, in order`() {
    let expected = Self.sections.sorted { $0.key < $1.key }.flatMap { section in
      (1...section.value).map { "\(section.key).\($0)" }
    }
    #expect(page.items.map(\.id) == expected)
    #expect(page.bugs.map(\.id) == (1...Self.bugs).map { "8.\($0)" })
  }

  @Test func `every test of CPython's that means something has one row`() {
    let expected = Self.asTheyAre.flatMap { entry in entry.value.split { $0.isWhitespace }.map { "\(entry.key).\($0)" } }
    #expect(page.tests.filter { $0.what == "S" }.map(\.id).sorted() == expected.sorted())
    #expect(page.tests.filter { $0.what == "A" }.map(\.id).sorted() == Self.adapted.sorted())
    #expect(page.tests.allSatisfy { $0.what == "S" || $0.what == "A" })
  }

  @Test func `a row names exactly the cases that carry its number`() {
    for row in page.rows {
      let expected = Cases.all.filter { item in Self.numbers(item).contains { Self.matches($0, row) } }.map(\.name)
      #expect(row.cases.sorted() == expected.sorted(), "The row of \(row.id): run scripts/parity")
    }
  }

  @Test func `the numbers of the cases are those of rows, and of one row each`() {
    for item in Cases.all {
      for number in Self.numbers(item) {
        let rows = page.rows.filter { Self.matches(number, $0) }.map(\.id)
        #expect(rows.count == 1, "\(item.name) carries \(number), which is that of \(rows)")
      }
    }
  }

  @Test func `a row without a case says why`() {
    for row in page.rows {
      #expect(row.standing != .missing, "The row of \(row.id) has neither a case nor a reason")
      #expect(row.cases.isEmpty || !row.remark.hasPrefix("Not yet"), "The row of \(row.id) has a case and says: not yet")
      #expect(!row.what.isEmpty, "The row of \(row.id) does not say what it is about")
    }
  }

  @Test func `what is to be mirrored as it is, is mirrored`() {
    let rows = page.tests.filter { $0.what == "S" }
    for row in rows { #expect(row.standing == .tested || row.standing == .open, "\(row.id) is not mirrored: \(row.remark)") }
    let others = page.tests.filter { $0.what == "A" }
    let mirrored = others.count { $0.standing == .tested }
    #expect(mirrored * 5 >= others.count * 4, "\(mirrored) of \(others.count) are mirrored")
  }

  @Test func `the figures at the head are those of the rows`() {
    for (name, rows, tested) in [
      ("Items of behaviour", page.items, "with cases"), ("Tests as they are", page.tests.filter { $0.what == "S" }, "mirrored"),
      ("Tests with adaptation", page.tests.filter { $0.what == "A" }, "mirrored"), ("Known bugs", page.bugs, "with cases"),
    ] {
      let (found, expected) = page.figures(name, rows, tested: tested)
      #expect(found == expected, "Run scripts/parity")
    }
  }

  /// What a case says it checks, as far as it stands on the page: `3.5`, `8.1`, `7 apply`, `7 TestSemaphore.timeout`.
  private static func numbers(_ item: Case) -> [String] {
    item.items.components(separatedBy: ", ").filter { $0.first?.isNumber == true }
  }

  private static func matches(_ number: String, _ row: ParityPage.Row) -> Bool {
    guard number.hasPrefix("7 ") else { return number == row.id }
    let name = number.dropFirst(2)
    return name == row.id || row.id.hasSuffix("." + name)
  }
}
