// The entry of libFuzzer, compiled by scripts/fuzz-golden into one module with the sources of Golden.
//
// The input is a mode byte, a golden, a zero byte and a transcript. Depending on the mode the golden is one of the
// package's own, so that the judge is reached whatever the parser makes of the input.

/// The package's goldens, handed over in the environment by the script, each as a path.
private let goldens: [Golden] = {
  var goldens: [Golden] = []
  for index in 0..<64 {
    guard let path = getenv("GOLDEN_\(index)"), let file = fopen(path, "r") else { break }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    if let golden = try? Golden.parse(bytes, file: "seed") { goldens.append(golden) }
  }
  return goldens
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let mode = input.first else { return 0 }
  let parts = input.dropFirst().split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  var golden: Golden?
  if mode & 1 == 0 || goldens.isEmpty {
    golden = try? Golden.parse(Array(parts.first ?? []), file: "fuzz.golden")
  } else {
    golden = goldens[Int(mode >> 1) % goldens.count]
  }
  guard let golden else { return 0 }
  var transcript = Transcript(text: Array(parts.dropFirst().first ?? parts.first ?? []))
  if mode & 0x80 != 0 {
    for index in transcript.lines.indices { transcript.lines[index].writer = Int32(index % 3) }
  }
  var parameters = Parameters()
  if mode & 0x40 != 0 { parameters.workers = 1 + Int(mode & 7) }
  guard let verdict = try? golden.judge(transcript, parameters: parameters) else { return 0 }
  precondition(!verdict.explanation().isEmpty)
  return 0
}
