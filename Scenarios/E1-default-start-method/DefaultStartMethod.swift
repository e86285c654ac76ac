import Multiprocessing

/// The start method that a program uses when it asks for none.
enum DefaultStartMethod: Example {
  static func main() {
    print("\(StartMethod.current)", flush: false)
  }
}
