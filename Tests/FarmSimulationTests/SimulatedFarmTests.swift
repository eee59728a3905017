import FarmSimulation
import FarmUnits
import Testing

struct SimulatedFarmTests {
  private let start = WallTime(milliseconds: 1_795_342_500_000)

  @Test func `the same seed gives the same messages, byte for byte`() {
    var farms = [SimulatedFarm(seed: 7, start: start), SimulatedFarm(seed: 7, start: start)]
    for minute in 0..<120 {
      let on: Set<String> =
        minute % 10 < 4 ? [SimulatedFarm.Name.bedValve, SimulatedFarm.Name.compressor] : []
      for index in farms.indices { farms[index].advance(by: .seconds(60), on: on) }
      #expect(farms[0].messages() == farms[1].messages())
    }
    var other = SimulatedFarm(seed: 8, start: start)
    other.advance(by: .seconds(7200), on: [])
    #expect(other.messages() != farms[0].messages())
  }

  @Test func `an open valve wets the bed and a shut one lets it dry`() {
    var bed = SoilBed(waterContent: 0.2)
    for _ in 0..<60 { bed.advance(by: .seconds(60), valveOpen: true, evapotranspiration: 0.3, rain: 0) }
    let wet = bed.waterContent
    #expect(wet > 0.2)
    #expect(abs(bed.litresUsed - 540) < 0.001)
    for _ in 0..<600 { bed.advance(by: .seconds(60), valveOpen: false, evapotranspiration: 0.3, rain: 0) }
    #expect(bed.waterContent < wet)
  }

  @Test func `tension rises as the soil dries and passes field capacity at 10 kPa`() {
    #expect(abs(SoilBed(waterContent: 0.27).tension - 10) < 0.01)
    #expect(SoilBed(waterContent: 0.15).tension > SoilBed(waterContent: 0.2).tension)
  }

  @Test func `a running compressor cools the room below the set point and a failed one does not`() {
    var good = ColdRoom(air: 8, product: 6)
    var broken = good
    broken.compressorFails = true
    for _ in 0..<120 {
      good.advance(by: .seconds(60), compressorOn: true, outside: 20)
      broken.advance(by: .seconds(60), compressorOn: true, outside: 20)
    }
    #expect(good.air < 3)
    #expect(broken.air > 6)
    #expect(good.compressorStarts == 1)
  }

  @Test func `an open door warms the air faster than the produce`() {
    var room = ColdRoom(air: 3, product: 3)
    room.doorOpen = true
    for _ in 0..<10 { room.advance(by: .seconds(60), compressorOn: false, outside: 20) }
    #expect(room.air > 6)
    #expect(room.product < room.air - 2)
  }
}
