import Testing

@testable import MQTTLink

struct BatchQueueTests {
  private func queue(_ messages: Int, bytes: Int = 1000, _ rule: BatchQueue<Int>.WhenFull) -> BatchQueue<Int>
  {
    BatchQueue(QueueCapacity(messages: messages, bytes: bytes), whenFull: rule)
  }

  @Test func `the oldest make room, by number and by bytes`() {
    let byNumber = queue(3, .dropOldest)
    for number in 1...5 { _ = byNumber.append(number, bytes: 1) }
    #expect(byNumber.dropped == 2)
    #expect(byNumber.drain() == [3, 4, 5])

    let byBytes = queue(100, bytes: 10, .dropOldest)
    for number in 1...3 { #expect(byBytes.append(number, bytes: 3) == 0) }
    #expect(byBytes.append(4, bytes: 7) == 2)
    #expect(byBytes.bytes == 10)
    #expect(byBytes.drain() == [3, 4])
  }

  @Test func `what is larger than the queue empties it and is lost itself`() {
    let queue = queue(10, bytes: 10, .dropOldest)
    _ = queue.append(1, bytes: 1)
    #expect(queue.append(2, bytes: 11) == 2)
    #expect(queue.bytes == 0)
    #expect(queue.drain() == [])
  }

  @Test func `a queue that refuses keeps what it has`() {
    let queue = queue(2, .refuse)
    for number in 1...5 { _ = queue.append(number, bytes: 1) }
    #expect(queue.dropped == 3)
    #expect(queue.drain() == [1, 2])
  }

  @Test func `the order survives any mixture of adding and taking`() {
    let queue = queue(1000, bytes: 100_000, .dropOldest)
    var taken: [Int] = []
    for number in 0..<5000 {
      _ = queue.append(number, bytes: 1)
      if number % 7 == 0 { taken += queue.drain() }
    }
    #expect(taken + queue.drain() == Array(0..<5000))
  }

  @Test func `one wake-up brings everything that waits`() async {
    let queue = queue(10, .refuse)
    async let batch = queue.next()
    _ = queue.append(1, bytes: 1)
    _ = queue.append(2, bytes: 1)
    queue.announce()
    #expect(await batch == [1, 2])
  }

  @Test func `nothing arrives twice and nothing is missed under contention`() async {
    let queue = queue(100_000, bytes: .max, .refuse)
    let consumer = Task {
      var all: [Int] = []
      while case let batch = await queue.next(), !batch.isEmpty { all += batch }
      return all
    }
    for number in 0..<20_000 {
      _ = queue.append(number, bytes: 1)
      queue.announce()
      if number % 100 == 0 { await Task.yield() }
    }
    queue.finish()
    #expect(await consumer.value == Array(0..<20_000))
  }

  @Test func `a cancelled consumer returns with nothing`() async {
    let queue = queue(10, .refuse)
    let consumer = Task { await queue.next() }
    await Task.yield()
    consumer.cancel()
    #expect(await consumer.value == [])
    _ = queue.append(1, bytes: 1)
    #expect(queue.drain() == [1], "and loses nothing for the next")
  }

  @Test func `after the end the rest is taken, then nothing`() async {
    let queue = queue(10, .refuse)
    _ = queue.append(1, bytes: 1)
    queue.finish()
    #expect(await queue.next() == [1])
    #expect(await queue.next() == [])
  }
}
