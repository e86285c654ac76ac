import Multiprocessing
import Testing

@Suite struct StepOrderTests {
  @Test func `an order of steps is a line that people can read`() {
    let order = StepOrder([
      .init(.worker(1), .print), .init(.worker(1), .take), .init(.worker(2), .draw(0.25)), .init(.worker(2), .put),
      .init(.thread(3), .take), .init(.main, .print),
    ])
    #expect(
      order.description == "w1.print, w1.take, w2.draw 0.25, w2.put, t3.take, main.print")
    #expect(StepOrder(order.description) == order)
    #expect(StepOrder("").map(\.steps.isEmpty) == true)
  }

  @Test(arguments: [0.38947694846648895, 2.2250738585072014e-308, 4.999999999999999, 0])
  func `a number that is drawn keeps every bit on its way through the text`(_ value: Double) {
    let order = StepOrder([.init(.worker(1), .draw(value))])
    #expect(StepOrder(order.description) == order)
  }

  @Test(arguments: [
    "w1", "w1.takes", "w1.", ".print", "w0.print", "wx.print", "main.print,", ", main.print", "w1.draw", "w1.draw nan",
    "w1.draw x", "t1.print 2", "main1.print", "w-1.print", "print", "x", "w1.print w2.print", "w1 .print",
  ])
  func `what is no order of steps is refused`(_ text: String) { #expect(StepOrder(text) == nil) }
}
