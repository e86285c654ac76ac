/// A story as pages of paragraphs: what comes before its first section, and each section.
extension Story {
  package var pages: [Walkthrough.Page] {
    var pages: [Walkthrough.Page] = []
    var isOpen = false
    for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#") {
        pages.append(Walkthrough.Page(title: String(line.drop { $0 == "#" || $0 == " " }), paragraphs: []))
        isOpen = false
      } else if line.isEmpty {
        isOpen = false
      } else if let last = pages.indices.last {
        let text = String(line.drop { $0 == " " })
        if isOpen, !text.hasPrefix("- "), let paragraph = pages[last].paragraphs.popLast() {
          pages[last].paragraphs.append("\(paragraph) \(text)")
        } else {
          pages[last].paragraphs.append(text)
        }
        isOpen = true
      }
    }
    return pages
  }
}
