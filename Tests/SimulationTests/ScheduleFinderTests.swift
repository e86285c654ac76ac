import Examples
import Golden
import Multiprocessing
import PoolCore
import ScenarioKit
import Simulation
import Testing

@Suite(.serialized, .timeLimit(.minutes(3))) struct ScheduleFinderTests {
  private func finder(_ id: String) throws -> ScheduleFinder {
    let example = try #require(ExamplePrograms.all[id])
    return ScheduleFinder(
      Simulation(Program(id, settings: Settings(profile: .document), main: { try example.main() })))
  }

  private func golden(_ id: String) throws -> Golden { try ScenarioJudge(ScenarioCatalog.find(id)).golden }

  @Test(arguments: ["A2", "B2"]) func `every legal output has a schedule that prints it`(_ id: String) throws {
    let finder = try finder(id)
    let outputs = try golden(id).outputs()
    #expect(outputs.count == 62)
    for output in outputs {
      let schedule = try #require(try finder.schedule(printing: output))
      #expect(schedule.lines == output)
      // Its events print the same, and each task is claimed once, first come, first served.
      let printed = schedule.events.compactMap { event in
        if case .print(let text) = event.kind { return text }
        return nil
      }
      #expect(printed == output)
      let claims = schedule.events.compactMap { event in
        if case .claim(let job, 0) = event.kind { return job }
        return nil
      }
      #expect(claims == [0, 1, 2, 3])
      for event in schedule.events {
        let name = id == "A2" ? event.process : event.thread
        #expect(name.hasSuffix("-\(try #require(event.worker))"))
        if case .print(let text) = event.kind { #expect(text.contains("=\(name)")) }
      }
      // The line of labels leads to the same run, also when steps that nobody sees are left out.
      let labels = Schedule.labels(of: schedule.description)
      #expect(labels == schedule.labels)
      #expect(try finder.run(following: labels)?.lines == output)
      let short = labels.filter { $0.contains(".print") || $0.contains(".take") }
      #expect(try finder.run(following: short)?.lines == output)
    }
  }

  @Test func `no schedule prints what is not legal`() throws {
    let documented = try golden("A2").documented
    #expect(try finder("A2").schedule(printing: documented.dropLast()) == nil)
    #expect(try finder("A2").schedule(printing: documented.reversed()) == nil)
    #expect(try finder("A2").run(following: ["w1.take 0", "w1.print"]) == nil)
  }
}
