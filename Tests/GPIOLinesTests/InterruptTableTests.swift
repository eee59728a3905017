import FarmUnits
import Testing

@testable import GPIOLines

struct InterruptTableTests {
  /// As four processors of a Raspberry Pi show it, shortened.
  private static let board = """
               CPU0       CPU1       CPU2       CPU3
     11:      43127      30211      28116      29983     GICv2  30 Level     arch_timer
     56:       2458          1          0         40  pinctrl-bcm2835  17 Edge      farmgate:FLOW1
     57:          0          0          0          0  pinctrl-bcm2835  27 Edge      farmgate
     58:          7          0          0          0  pinctrl-bcm2835  22 Edge      farmgate
     59:          3          0          0          0  pinctrl-bcm2835  23 Edge
    IPI0:      1024       2048       4096       8192       Rescheduling interrupts
    Err:          0
    """

  @Test func `interrupts are summed over all processors and found by the consumer's name`() {
    let table = InterruptTable(parsing: Self.board)
    #expect(table["farmgate:FLOW1"] == 2499)
    #expect(table["farmgate:FLOW2"] == nil)
  }

  @Test func `a name that two lines share tells nothing`() {
    #expect(InterruptTable(parsing: Self.board)["farmgate"] == nil)
  }

  @Test func `a name is cut as the kernel cuts it`() {
    let table = InterruptTable(
      parsing: "     CPU0\n 64:   12   irq_sim   4  farmgate:A-VERY-LONG-NAME-OF-A-\n")
    #expect(table["farmgate:A-VERY-LONG-NAME-OF-A-LINE"] == 12)
  }

  @Test(arguments: ["", "\n", "CPU0", "CPU0\n 64:", "CPU0 CPU1\n64: 1 x farmgate:FLOW1", "CPU0\n64: x y z w"])
  func `text that is no such table has no counts`(text: String) {
    #expect(InterruptTable(parsing: text)["farmgate:FLOW1"] == nil)
  }

  @Test func `this machine's table can be read`() throws {
    _ = try #require(InterruptTable.read())
  }
}
