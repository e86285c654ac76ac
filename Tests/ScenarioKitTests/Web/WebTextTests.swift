import Golden
import ScenarioKit
import Testing

@testable import ScenarioWeb

/// The texts of the web report: stories, programs, rules, numbers.
@Suite struct WebTextTests {
  @Test func `a story becomes HTML, and nothing of it becomes a tag that it is not`() {
    let html = MarkdownText.html("# A\n\nOne `<b>` and *two*\nlines & **more**.\n\n- first\n  goes on\n- second * 3\n", under: 2)
    #expect(
      html == """
        <h2>A</h2>
        <p>One <code>&lt;b&gt;</code> and <em>two</em> lines &amp; <strong>more</strong>.</p>
        <ul>
        <li>first goes on</li>
        <li>second * 3</li>
        </ul>
        """)
    for text in ["`", "*", "**", "`*`", "a ` b", "", "#", "- "] { #expect(!MarkdownText.html(text).contains("Optional")) }
  }

  /// The text of HTML.
  private func plain(_ html: String) -> String {
    var text = ""
    var isTag = false
    for character in html {
      if character == "<" { isTag = true } else if character == ">" { isTag = false } else if !isTag { text.append(character) }
    }
    return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&amp;", with: "&")
  }

  @Test(arguments: ScenarioCatalog.all) func `a program is shown as it is`(_ scenario: Scenario) throws {
    for (text, language) in [(try scenario.program.text, CodeText.Language.swift), (try scenario.twin.text, .python)] {
      let html = CodeText.html(text, language)
      var wanted = text[...]
      while wanted.last == "\n" { wanted.removeLast() }
      #expect(plain(html) == wanted)
      #expect(html.contains("<span class=\"word\">import</span>") && html.contains("<span class=\"text\">"))
      // An element ends in the line in which it begins.
      for line in html.split(separator: "\n") {
        #expect(line.matches(of: /<span/).count == line.matches(of: /<\/span>/).count, "\(line)")
      }
    }
  }

  @Test func `words in comments and texts are none, and an interpolation belongs to its text`() {
    #expect(
      CodeText.html("let a = \"let \\(f(\"x\")) in\" // for\n", .swift)
        == "<span class=\"word\">let</span> a = <span class=\"text\">&quot;let \\(f(&quot;x&quot;)) in&quot;</span> "
        + "<span class=\"comment\">// for</span>")
    #expect(
      CodeText.html("x = 'a\\'b' # if", .python)
        == "x = <span class=\"text\">'a\\'b'</span> <span class=\"comment\"># if</span>")
    for text in ["\"", "'", "\"\\", "\"\\(", "\"\"\"", "\\"] { #expect(plain(CodeText.html(text, .python)) == text) }
  }

  @Test(arguments: ScenarioCatalog.all) func `every rule of a golden has its reason`(_ scenario: Scenario) throws {
    let golden = try scenario.goldenFile.text
    let rules = GoldenRules(golden)
    let reasons = golden.split(separator: "\n").count { $0.hasPrefix("    because ") }
    // A hidden event has a reason as well, and is no rule.
    let hidden = golden.contains("\nhidden\n") ? 1 : 0
    #expect(rules.mayVary.count + rules.mustHold.count == reasons - hidden && !rules.mustHold.isEmpty)
    #expect((rules.mayVary + rules.mustHold).allSatisfy { !$0.text.isEmpty && !$0.because.isEmpty && !$0.because.contains("\"") })
  }

  @Test func `numbers are written as people read them`() {
    #expect(0.grouped == "0" && 2_580_480.grouped == "2,580,480" && (-1234).grouped == "-1,234")
    #expect(Numbers.decimal(0.05) == "0.1" && Numbers.decimal(1234.56) == "1,234.6" && Numbers.decimal(9.999, digits: 2) == "10.00")
    #expect(Numbers.decimal(-0.04) == "0.0" && Numbers.decimal(2.5, digits: 0) == "3")
    #expect(Numbers.share(1, of: 3_628_800) == "below 0.01 %" && Numbers.share(384, of: 3840) == "10.00 %")
    #expect(Numbers.share(5, of: 5) == "100 %" && Numbers.share(1, of: 0) == "")
    #expect(Numbers.bytes(381_700) == "381.7\u{a0}kB" && Numbers.bytes(2_345_678) == "2.3\u{a0}MB")
  }

  @Test func `data in a page cannot end its element`() throws {
    let json = try PageData.json(["</script><b>", "\u{2028}"])
    #expect(json == "[\"\\u003c/script>\\u003cb>\",\"\\u2028\"]")
  }
}
