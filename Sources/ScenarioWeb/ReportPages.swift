import ScenarioKit

extension WebReport {
  /// All pages of a report.
  func makeSite(_ content: ReportContent) throws -> Site {
    var site = try Site()
    let examples = content.examples
    func frame(_ title: String, _ description: String, here: String, root: String = "") -> Site.Frame {
      let links = [("index.html", "Matrix"), ("starting.html", "Fork and spawn"), ("claims.html", "Claims")]
      return Site.Frame(
        title: title, description: description, root: root,
        links: links.map { Site.Frame.Link(href: root + $0.0, title: $0.1, isHere: $0.0 == here) })
    }
    try site.add(
      "index.html",
      IndexPage(content, frame: frame("What pools print", "Every example, place and CPython.", here: "index.html")),
      template: "index")
    try site.add(
      "claims.html",
      ClaimsPage(
        content.claims, examples: Set(examples.map(\.scenario.id)),
        frame: frame("Claims", "Every claim of the documents, and whether it holds.", here: "claims.html")),
      template: "claims")
    try site.add(
      "starting.html",
      StartingPage(
        content.costs,
        frame: frame("Fork and spawn", "What a worker's memory holds, what runs again, what it costs.", here: "starting.html")),
      template: "starting")
    for (index, example) in examples.enumerated() {
      func link(_ index: Int) -> Site.Frame.Link? {
        guard examples.indices.contains(index) else { return nil }
        let scenario = examples[index].scenario
        return Site.Frame.Link(href: "\(scenario.id).html", title: "\(scenario.id) \(scenario.name)", isHere: false)
      }
      let scenario = example.scenario
      try site.add(
        "examples/\(scenario.id).html",
        ExamplePage(
          example, frame: frame("\(scenario.id) \(scenario.name)", scenario.shows, here: "", root: "../"),
          previous: link(index - 1), next: link(index + 1)),
        template: "example")
      for spot in example.spots {
        guard let trace = spot.sample?.trace else { continue }
        site.add("traces/\(scenario.id)-\(spot.spot.place).json", text: trace)
      }
    }
    return site
  }
}
