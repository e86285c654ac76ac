/// A fixed way to spoil an output; what comes out is illegal, or happens to be another legal output.
package enum Mutation: String, CaseIterable, Hashable, Sendable {
  case drop = "drop a line"
  case double = "double a line"
  case swap = "swap two lines"
  case rename = "rename a lane"
  case stranger = "name a stranger"
  case glue = "glue two lines"
  case taskBeforeInit = "task before its initialization"
  case secondInit = "second initialization"
  case outOfRange = "value out of range"
  case brokenFIFO = "first in, first out broken"
  case wrongMethod = "wrong start method"
  case unknown = "line of nobody"
  case noLineFeed = "last line feed lost"
  case tooSoon = "finish too soon"
  case otherWriter = "line of another process"
}
