import FarmUnits
import Foundation
import RealTimeLoop
import Testing

struct NewestValueSlotsTests {
  private static func reading(_ value: Value?, _ unit: FarmUnits.Unit?, _ quality: Quality) -> Reading {
    Reading(
      value: value, unit: unit, quality: quality,
      acquired: Moment(
        instant: Instant(nanoseconds: 1_234_567_890_123), wall: WallTime(milliseconds: 1_795_342_500_123),
        clock: .trusted), sequence: 42)
  }

  @Test func `every unit, quality, value and clock comes back as it was`() {
    let slots = NewestValueSlots(count: 3)
    let values: [Value?] = [
      nil, .number(0), .number(-0.0), .number(22.4), .number(.greatestFiniteMagnitude), .contact(.open),
      .contact(.closed),
    ]
    let units = FarmUnits.Unit.allCases.map(Optional.some) + [nil]
    for quality in Quality.allCases {
      for unit in units {
        for value in values {
          var written = Self.reading(value, unit, quality)
          written.acquired.clock = quality == .good ? .trusted : .untrusted
          written.sequence = quality == .good ? .max : 1
          written.acquired.wall.milliseconds *= unit == nil ? -1 : 1
          slots.write(written, at: 1)
          var read = Self.reading(nil, nil, .missing)
          #expect(slots.read(1, into: &read))
          #expect(read == written)
        }
      }
    }
  }

  @Test func `a number that is no number is handed over as it is`() {
    let slots = NewestValueSlots(count: 1)
    slots.write(Self.reading(.number(.nan), .percent, .fault), at: 0)
    var read = Self.reading(nil, nil, .missing)
    #expect(slots.read(0, into: &read))
    #expect(read.value?.number?.isNaN == true)
  }

  @Test func `a slot never written leaves the reader with what it has`() {
    let slots = NewestValueSlots(count: 2)
    slots.write(Self.reading(.number(1), .percent, .good), at: 1)
    let mine = Self.reading(.contact(.open), nil, .stale)
    var read = mine
    #expect(!slots.read(0, into: &read))
    #expect(read == mine)
    #expect(slots.contendedReads == 0)
  }

  @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.min), .seconds(292 * 366 * 86_400)])
  func `an instant that no machine reaches does not trap`(sinceBoot: Duration) {
    let slots = NewestValueSlots(count: 1)
    var written = Self.reading(.number(1), .percent, .good)
    written.acquired.instant = Instant(sinceBoot: sinceBoot)
    slots.write(written, at: 0)
    var read = Self.reading(nil, nil, .missing)
    #expect(slots.read(0, into: &read))
    #expect((read.acquired.instant.sinceBoot < .zero) == (sinceBoot < .zero))
  }

  @Test func `what was written is taken once, in the order of the slots, in its newest form`() {
    let slots = NewestValueSlots(count: 200)
    func taken() -> [Int: Reading] {
      var taken: [Int: Reading] = [:]
      var last = -1
      slots.takeWritten { index, reading in
        #expect(index > last)
        (taken[index], last) = (copy reading, index)
      }
      return taken
    }
    #expect(taken().isEmpty)
    for index in [199, 0, 64, 63, 7] { slots.write(Self.reading(.number(1), .percent, .good), at: index) }
    slots.write(Self.reading(.number(2), .celsius, .stale), at: 64)
    let first = taken()
    #expect(first.keys.sorted() == [0, 7, 63, 64, 199])
    #expect(first[64] == Self.reading(.number(2), .celsius, .stale))
    #expect(first[63] == Self.reading(.number(1), .percent, .good))
    #expect(taken().isEmpty)
    slots.write(Self.reading(.number(3), .percent, .good), at: 7)
    #expect(taken().keys.sorted() == [7])
  }

  /// Every field of a reading is made from one number, so a mixture of two readings shows.
  @Test func `a reader beside a busy writer sees whole readings, and each at most as old as the last`() {
    @Sendable func make(_ n: UInt64) -> Reading {
      Reading(
        value: .number(Double(n)), unit: n % 2 == 0 ? .percent : .celsius,
        quality: n % 3 == 0 ? .good : .stale,
        acquired: Moment(
          instant: Instant(nanoseconds: Int64(n)), wall: WallTime(milliseconds: -Int64(n)),
          clock: n % 5 == 0 ? .trusted : .untrusted), sequence: n)
    }
    let slots = NewestValueSlots(count: 1)
    let total: UInt64 = 200_000
    let writer = Thread {
      for n in 1...total { slots.write(make(n), at: 0) }
    }
    writer.start()
    var (read, last, seen, torn, backwards) = (make(1), UInt64(0), 0, 0, 0)
    while last < total {
      guard slots.read(0, into: &read) else { continue }
      if read != make(read.sequence) { torn += 1 }
      if read.sequence < last { backwards += 1 }
      if read.sequence > last { seen += 1 }
      last = read.sequence
    }
    #expect(torn == 0)
    #expect(backwards == 0)
    #expect(seen > 1)
  }
}
