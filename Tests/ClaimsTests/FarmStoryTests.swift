import CanonicalJSON
import Claims
import FarmUnits
import Harvest
import Testing

struct FarmStoryTests {
  private static let steps = 4000

  /// Tells a story to a distrustful buyer.
  ///
  /// - Parameter doctor: Falsifies a claim before it is heard.
  private static func tell(
    _ seed: UInt64, steps: Int = steps, whileDown: @escaping (JSONValue) -> JSONValue = { $0 },
    doctor: (inout Availability, FarmStory, DistrustfulBuyer) -> Void = { _, _, _ in }
  ) throws -> (story: FarmStory, buyer: DistrustfulBuyer) {
    var story = FarmStory(seed: seed)
    story.whileDown = whileDown
    var buyer = DistrustfulBuyer(try marketTopics())
    for _ in 0..<steps {
      try story.pass()
      var ids: [String] = []
      let (minute, boot) = (story.minute, story.boot)
      let due = story.book.step(at: story.now) {
        ids.append("d-\(minute)-\(boot)-\(ids.count)")
        return ids.last
      }
      for var availability in due {
        doctor(&availability, story, buyer)
        buyer.hear(availability, story)
      }
      for id in story.book.takeRetired() {
        story.accounts[id] = nil
        buyer.forget(id)
      }
      if story.minute % 97 == 0 { story.book.republish() }
      buyer.check(story)
    }
    return (story, buyer)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `whatever happens, nothing is offered that is not there, is not good, or has no reasons`(
    _ seed: UInt64
  ) throws {
    let (story, buyer) = try Self.tell(seed)
    #expect(buyer.complaints == [], "seed \(seed)")
    #expect(buyer.decided > 10, "seed \(seed)")
    print(
      "seed \(seed): \(Self.steps) steps, \(story.restarts) restarts, \(buyer.claims) claims, \(buyer.available) of them available, "
        + "\(buyer.decided) decisions re-run, ended as \(buyer.tally)")
  }

  // MARK: The check can fail

  @Test(arguments: Lie.all) func `a story with one lie in it is noticed`(_ lie: Lie) throws {
    let buyers = try (1...4).map {
      try Self.tell($0, steps: lie.steps, whileDown: lie.whileDown, doctor: lie.claim).buyer
    }
    let found = buyers.compactMap { $0.faults[lie.noticed] }
    #expect(!found.isEmpty, "instead: \(buyers.flatMap(\.complaints))")
    print("\(lie.name): \(lie.noticed.rawValue) \(found.map(\.count)), first \(found.first?.first ?? "")")
  }
}
