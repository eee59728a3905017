import FarmControl
import FarmUnits
import Testing

struct CommandTests {
  func farm() throws -> TestFarm {
    var farm = try TestFarm()
    farm.run(.seconds(400)) { $0.hearWell() }
    return farm
  }

  @Test func `an on lasts as long as it was asked for and then the controller has it again`() throws {
    var farm = try farm()
    #expect(farm.command(.bed2, .on, lasting: .seconds(600)) == .accepted)
    farm.tick()
    #expect(farm[.bed2].commanded == .on)
    #expect(farm[.bed2].source == .operator)
    #expect(farm[.bed2].token == 7)
    #expect(farm[.bed2].until == farm.now.advanced(by: .seconds(600)))
    farm.run(.seconds(599))
    #expect(farm[.bed2].commanded == .on)
    farm.run(.seconds(1))
    #expect(farm[.bed2].commanded == .off)
    #expect(farm[.bed2].token == 0)
    #expect(!farm[.bed2].latched)
  }

  @Test func `an on without an end lasts the longest on time and latches nothing`() throws {
    var farm = try farm()
    farm.command(.bed2, .on)
    farm.run(.seconds(1799))
    #expect(farm[.bed2].commanded == .on)
    farm.run(.seconds(2))
    #expect(farm[.bed2].commanded == .off)
    #expect(!farm[.bed2].latched)
  }

  @Test func `an on without an end and without a longest on time lasts an hour`() throws {
    var farm = try farm()
    farm.command(.compressor, .on)
    farm.run(.seconds(3599)) { $0.hearCold(3) }
    #expect(farm[.compressor].commanded == .on)
    farm.run(.seconds(2)) { $0.hearCold(3) }
    #expect(farm[.compressor].commanded == .off)
  }

  @Test func `repeating an on is no way around the longest on time`() throws {
    var farm = try farm()
    var onFor = 0
    farm.run(.seconds(4000)) {
      $0.command(.bed2, .on, lasting: .seconds(900))
      onFor = $0[.bed2].commanded == .on ? onFor + 1 : 0
      #expect(onFor <= 1800)
    }
  }

  @Test func `an on that has to wait is deferred and says for what`() throws {
    var farm = try TestFarm()
    farm.hearWell()
    farm.tick()
    #expect(farm.command(.compressor, .on, lasting: .seconds(900)) == .deferred(.minimumOff))
    farm.run(.seconds(299)) { $0.hearCold(3) }
    #expect(farm[.compressor].commanded == .off)
    farm.run(.seconds(2)) { $0.hearCold(3) }
    #expect(farm[.compressor].commanded == .on)
  }

  @Test func `an on beside an output that excludes it is deferred`() throws {
    var farm = try farm()
    farm.command(.bed1, .on)
    farm.tick()
    #expect(farm.command(.bed2, .on) == .deferred(.exclusion))
  }

  @Test func `an on for a bed whose probe is bad is deferred, and off for safety stands above it`() throws {
    var farm = try farm()
    farm.hear(.tension, 999)
    farm.tick()
    #expect(farm.command(.bed2, .on) == .deferred(.sensorOutOfRange))
    farm.tick()
    #expect(farm[.bed2].commanded == .off)
  }

  @Test func `an on that came too late, for a latched or a failed output, or for none, is refused`() throws {
    var farm = try farm()
    #expect(farm.command(.bed2, .on, lasting: .zero) == .refused(.expired))
    farm.controller.outputFailed(1, at: farm.now)
    #expect(farm.command(.bed2, .on) == .refused(.outputFailed))
    let nowhere = OutputCommand(output: 99, set: .off, token: 1)
    #expect(farm.controller.apply(nowhere, at: farm.now) == .refused(.noSuchOutput))
  }

  @Test func `off is never refused, works at once, and holds until auto`() throws {
    var farm = try farm()
    farm.hearCold(4.1)
    farm.tick()
    #expect(farm[.compressor].commanded == .on)
    #expect(farm.command(.compressor, .off) == .accepted)
    farm.run(.seconds(4000)) { $0.hearCold(4.1) }
    #expect(farm[.compressor].commanded == .off)
    #expect(farm[.compressor].reason == .manualOff)
    #expect(farm.command(.compressor, .auto) == .accepted)
    farm.tick()
    #expect(farm[.compressor].commanded == .on)
  }

  @Test func `an off that has already lapsed still switches off`() throws {
    var farm = try farm()
    farm.command(.bed2, .on)
    farm.tick()
    #expect(farm.command(.bed2, .off, lasting: .seconds(-5)) == .accepted)
    farm.run(.seconds(1))
    #expect(farm[.bed2].commanded == .off)
  }

  @Test func `an off for a time gives the output back by itself`() throws {
    var farm = try farm()
    farm.hear(.tension, 50)
    farm.tick()
    farm.command(.bed2, .off, lasting: .seconds(100))
    farm.run(.seconds(99))
    #expect(farm[.bed2].commanded == .off)
    farm.run(.seconds(2))
    #expect(farm[.bed2].commanded == .on)
  }

  @Test func `an automatic off waits for the shortest on time, a person's does not`() throws {
    var farm = try farm()
    farm.command(.compressor, .on, lasting: .seconds(900))
    farm.tick()
    #expect(farm.command(.compressor, .off, from: .controller) == .deferred(.minimumOn))
    farm.tick()
    #expect(farm[.compressor].reason == .minimumOn)
    #expect(farm.command(.compressor, .off) == .accepted)
    farm.tick()
    #expect(farm[.compressor].commanded == .off)
  }

  @Test func `a person's off survives a restart, a person's on does not`() throws {
    var farm = try farm()
    farm.command(.bed1, .off)
    farm.command(.bed2, .on)
    farm.tick()
    let memories = (0..<4).map { Optional(farm.controller.memory(ofOutput: $0, at: farm.now)) }
    var after = try TestFarm(TestFarm.plan(), restored: ControlMemory(outputs: memories))
    after.hearWell()
    after.hear(.moisture, 10)
    after.run(.seconds(100))
    #expect(after[.bed1].reason == .manualOff)
    #expect(after[.bed2].commanded == .off)
  }

  @Test func `the latch of the longest on time is cleared by its alarm and by nothing else`() throws {
    var farm = try farm()
    farm.hear(.tension, 50)
    farm.run(.seconds(1801))
    #expect(farm[.bed2].latched)
    #expect(farm.alarm("bed-2-valve.max-on")?.phase == .active)
    #expect(farm.command(.bed2, .on) == .refused(.latched))
    farm.command(.bed2, .auto)
    #expect(farm.command("bed-2-valve.max-on", .acknowledge) == .accepted)
    farm.run(.seconds(100))
    #expect(farm[.bed2].reason == .latched)
    #expect(farm.command("bed-2-valve.max-on", .clear) == .accepted)
    farm.tick()
    #expect(farm[.bed2].commanded == .on)
    #expect(farm.alarm("bed-2-valve.max-on")?.phase == .normal)
    #expect(farm.command("bed-2-valve.max-on", .clear) == .refused(.notLatched))
  }
}
