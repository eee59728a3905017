/// First in, first out, without moving what stays.
struct Deque<Element> {
  private var slots: [Element?] = []
  private var head = 0

  var count: Int { slots.count - head }
  var isEmpty: Bool { count == 0 }
  var first: Element? { isEmpty ? nil : slots[head] }

  mutating func append(_ element: Element) { slots.append(element) }

  mutating func prepend(_ element: Element) {
    if head > 0 {
      head -= 1
      slots[head] = element
    } else {
      slots.insert(element, at: 0)
    }
  }

  mutating func popFirst() -> Element? {
    guard head < slots.count else { return nil }
    defer {
      slots[head] = nil
      head += 1
      if head == slots.count {
        slots.removeAll(keepingCapacity: slots.capacity <= 256)
        head = 0
      } else if head >= 64, head * 2 >= slots.count {
        slots.removeFirst(head)
        head = 0
      }
    }
    return slots[head]
  }

  /// Keeps the memory for what comes next.
  mutating func clear() {
    slots.removeAll(keepingCapacity: slots.capacity <= 256)
    head = 0
  }

  /// Everything, oldest first; empty afterwards.
  mutating func removeAll() -> [Element] {
    defer { (slots, head) = ([], 0) }
    return slots[head...].compactMap { $0 }
  }
}

extension Deque: Sendable where Element: Sendable {}
