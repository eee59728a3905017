import Claims
import Gateway
import Testing

@testable import FarmDaemon

/// Answers that wait for the disk.
struct HeldBackTests {
  private static func answer(_ number: Int) -> Publication {
    Publication(
      OutgoingMessage(topic: "result/\(number)", payload: [1], retained: false, qualityOfService: 1),
      awaitsKeeping: true)
  }

  @Test func `answers come out in order, each when the disk has what it speaks of`() {
    var held = HeldBack()
    held.append(Self.answer(1), until: 1)
    held.append(Self.answer(2), until: 2)
    held.append(Self.answer(3), until: nil)
    func release(through number: UInt64) -> [String] { held.release { $0 <= number }.map(\.message.topic) }
    #expect(release(through: 0).isEmpty)
    #expect(release(through: 1) == ["result/1"])
    #expect(release(through: 99) == ["result/2"], "the third has found no room in the queue yet")
    held.everythingIsPut(as: 5)
    #expect(release(through: 4).isEmpty)
    #expect(release(through: 5) == ["result/3"])
  }

  @Test func `a disk that takes nothing does not make them grow`() {
    var held = HeldBack()
    for number in 0..<1000 {
      held.append(Self.answer(number), until: 1)
      #expect(held.hasRoom == (number < 127))
    }
    #expect(held.dropped == 744)
    #expect(held.release { _ in true }.count == 256)
    #expect(held.hasRoom)
  }
}
