import Foundation
import ScenarioKit
import Testing

/// The lessons and the examples that they send their readers to.
@Suite struct LessonTests {
  @Test func `each example is in the list of one lesson, and each list names examples that there are`() throws {
    let lessons = CommandsInTextTests.texts.filter { $0.key.contains("/Lessons/") }
    #expect(lessons.count == 6)
    var listed: [String] = []
    for (path, text) in lessons {
      let rows = text.matches(of: /\n\| ([A-Z][0-9]+[a-z]?) \|/).map { String($0.1) }
      #expect(!rows.isEmpty, "\(path) sends its reader nowhere.")
      listed += rows
    }
    #expect(listed.sorted() == ScenarioCatalog.all.map(\.id).sorted())
  }

  @Test func `an article begins with a verb`() {
    for (path, text) in CommandsInTextTests.texts where path.contains("/Lessons/") || path.contains("/Articles/") {
      let title = text.prefix { $0 != "\n" }
      #expect(title.wholeMatch(of: /# [A-Z][a-z]+ing .*/) != nil, "\(path) is called \(title).")
    }
  }
}
