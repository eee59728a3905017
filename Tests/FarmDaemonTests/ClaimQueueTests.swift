import Claims
import FarmUnits
import Gateway
import Testing

@testable import FarmDaemon

/// What waits for the journal's thread.
struct ClaimQueueTests {
  private static func batch(_ bytes: Int) -> KeptBatch {
    var batch = KeptBatch()
    batch.claims = [.input(hash: "h", at: WallTime(milliseconds: 0), [UInt8](repeating: 0, count: bytes))]
    return batch
  }

  @Test func `a full queue takes nothing of a batch until it was emptied`() {
    let queue = ClaimQueue()
    #expect(queue.put(Self.batch(ClaimQueue.bytesMax / 2)) && !queue.hasRoom)
    #expect(!queue.put(Self.batch(ClaimQueue.bytesMax / 2)))
    #expect(queue.take().claims.count == 1)
    #expect(queue.hasRoom && queue.put(Self.batch(ClaimQueue.bytesMax / 2)))
  }

  @Test func `a batch that is larger than the queue does not wait for ever`() {
    let queue = ClaimQueue()
    #expect(queue.put(Self.batch(10)))
    #expect(!queue.put(Self.batch(ClaimQueue.bytesMax + 1)))
    _ = queue.take()
    #expect(queue.put(Self.batch(ClaimQueue.bytesMax + 1)) && !queue.hasRoom)
  }

  @Test func `what was put in is kept when the disk has it, and not while it came back`() {
    let queue = ClaimQueue()
    #expect(queue.isKept(queue.lastPut), "nothing was put in")
    #expect(queue.put(Self.batch(1)))
    let first = queue.lastPut
    let batch = queue.take()
    #expect(!queue.isKept(first))
    queue.putBack(batch)
    #expect(queue.put(Self.batch(2)))
    let second = queue.lastPut
    #expect(!queue.isKept(first))
    let both = queue.take()
    queue.kept(both)
    #expect(queue.isKept(first) && queue.isKept(second))
    #expect(queue.put(KeptBatch()) && queue.isKept(queue.lastPut), "an empty batch needs no keeping")
  }

  @Test func `what could not be written comes back before what has come since`() {
    let queue = ClaimQueue()
    #expect(queue.put(Self.batch(1)))
    let failed = queue.take()
    #expect(queue.put(Self.batch(2)))
    queue.putBack(failed)
    let sizes = queue.take().claims.map { if case .input(_, _, let bytes) = $0 { bytes.count } else { 0 } }
    #expect(sizes == [1, 2] && queue.bytes == 0)
  }
}
