import FarmControl
import FarmUnits
import Testing

struct ColdStoreTests {
  func farm(_ change: (inout ControlPlan) -> Void = { _ in }) throws -> TestFarm {
    var plan = TestFarm.plan()
    change(&plan)
    var farm = try TestFarm(plan)
    farm.run(.seconds(400)) { $0.hearWell() }
    return farm
  }

  @Test func `every eight hours the evaporator is defrosted until its coil is warm`() throws {
    var farm = try farm()
    farm.run(.seconds(8 * 3600 - 400 - 1), every: .seconds(1)) { $0.hearWell() }
    #expect(!farm.controller.coldStores[0].isDefrosting)
    farm.run(.seconds(2)) { $0.hearCold(4.1) }
    #expect(farm.controller.coldStores[0].isDefrosting)
    #expect(farm[.compressor].reason == .defrosting)
    farm.run(.seconds(300)) { $0.hearCold(4.1) }
    #expect(farm.controller.coldStores[0].isDefrosting)
    farm.run(.seconds(1)) {
      $0.hearCold(4.1)
      $0.hear(.coil, 8)
    }
    #expect(!farm.controller.coldStores[0].isDefrosting)
    #expect(farm[.compressor].reason == .dripping)
    farm.run(.seconds(120)) { $0.hearCold(4.1) }
    #expect(farm[.compressor].reason == .cooling)
  }

  @Test func `a coil nobody knows ends the defrost by time`() throws {
    var farm = try farm()
    farm.run(.seconds(8 * 3600 - 400 + 1)) { $0.hearWell() }
    #expect(farm.controller.coldStores[0].isDefrosting)
    farm.run(.seconds(1198)) {
      $0.hearCold(3.5)
      $0.hear(.coil, 20, quality: .fault)
    }
    #expect(farm.controller.coldStores[0].isDefrosting)
    farm.run(.seconds(2)) {
      $0.hearCold(3.5)
      $0.hear(.coil, 20, quality: .fault)
    }
    #expect(!farm.controller.coldStores[0].isDefrosting)
  }

  @Test func `a defrost goes on while the air probe is bad`() throws {
    var farm = try farm()
    farm.run(.seconds(8 * 3600 - 400 + 1)) { $0.hearWell() }
    farm.run(.seconds(1100)) {
      $0.hearCold(85)
      #expect($0[.compressor].commanded == .off)
    }
    #expect(farm[.compressor].reason == .defrosting)
    farm.run(.seconds(1500)) { $0.hearCold(85) }
    #expect([.dutyOn, .dutyOff].contains(farm[.compressor].reason))
  }

  @Test func `warm air during a defrost is no alarm`() throws {
    var farm = try farm { $0.coldStores[0].alarm?.delay = .seconds(60) }
    farm.run(.seconds(8 * 3600 - 400 + 1)) { $0.hearWell() }
    farm.run(.seconds(600)) { $0.hearCold(7) }
    #expect(farm.controller.coldStores[0].isDefrosting)
    #expect(farm.alarm("cold-1.too-warm")?.phase == .normal)
  }

  @Test func `an open door starts no compressor until it has been open too long`() throws {
    var farm = try farm()
    let open: (inout TestFarm) -> Void = {
      $0.hearCold(4.1)
      $0.hear(.door, .open)
    }
    farm.run(.seconds(299), hearing: open)
    #expect(farm[.compressor].commanded == .off)
    #expect(farm[.compressor].reason == .doorOpen)
    farm.run(.seconds(3), hearing: open)
    #expect(farm[.compressor].commanded == .on)
  }

  @Test func `a compressor that was running when the door opened runs on`() throws {
    var farm = try farm()
    farm.run(.seconds(5)) { $0.hearCold(4.1) }
    #expect(farm[.compressor].commanded == .on)
    farm.run(.seconds(60)) {
      $0.hearCold(4.1)
      $0.hear(.door, .open)
    }
    #expect(farm[.compressor].commanded == .on)
  }

  @Test func `the fan runs with the compressor, not with the door open`() throws {
    var farm = try farm {
      $0.outputs.append(OutputPlan(name: "cold-1-fan"))
      $0.coldStores[0].fan = 4
    }
    farm.run(.seconds(5)) { $0.hearCold(4.1) }
    #expect(farm.controller.outputs[4].reason == .withCompressor)
    farm.run(.seconds(5)) {
      $0.hearCold(4.1)
      $0.hear(.door, .open)
    }
    #expect(farm.controller.outputs[4].commanded == .off)
    #expect(farm.controller.outputs[4].reason == .doorOpen)
  }

  @Test func `the defrost heater is never on together with the compressor`() throws {
    var farm = try farm {
      $0.outputs.append(OutputPlan(name: "cold-1-heater", limits: .init(maxOn: .seconds(1800))))
      $0.coldStores[0].heater = 4
      $0.coldStores[0].defrost?.every = .seconds(3600)
    }
    var heated = 0
    farm.run(.seconds(4 * 3600)) {
      $0.hearCold(4.5)
      #expect(!($0.controller.outputs[4].commanded == .on && $0[.compressor].commanded == .on))
      heated += $0.controller.outputs[4].commanded == .on ? 1 : 0
    }
    #expect(heated > 1200)
    farm.run(.seconds(2)) { $0.hearCold(4.5) }
    #expect(farm[.compressor].commanded == .on)
    let heat = OutputCommand(output: 4, set: .on, token: 1)
    #expect(farm.controller.apply(heat, at: farm.now) == .deferred(.exclusion))
  }

  @Test func `a compressor that runs without effect is alarmed, one that cools is not`() throws {
    var farm = try farm()
    farm.run(.seconds(1799)) { $0.hearCold(4.2) }
    #expect(farm.alarm("cold-1.not-cooling")?.phase == .normal)
    farm.run(.seconds(10)) { $0.hearCold(4.2) }
    #expect(farm.alarm("cold-1.not-cooling")?.phase == .active)
    farm.run(.seconds(10)) { $0.hearCold(3.6) }
    #expect(farm.alarm("cold-1.not-cooling")?.phase == .normal)
  }

  @Test func `air below the lower limit takes the compressor off, whoever wanted it on`() throws {
    var farm = try farm()
    farm.command(.compressor, .on)
    var air = 3.0
    farm.run(.seconds(600)) {
      air -= 0.05
      $0.hearCold(max(air, -0.1))
    }
    #expect(farm[.compressor].commanded == .off)
    #expect(farm[.compressor].reason == .tooCold)
    #expect(farm.alarm("cold-1.too-cold")?.phase == .pending)
  }

  @Test func `a product probe stands in for the air only where the plan says so`() throws {
    for standsIn in [false, true] {
      var farm = try farm { $0.coldStores[0].productStandsIn = standsIn }
      farm.run(.seconds(2)) {
        $0.hear(.air, 85)
        $0.hear(.product, 4.2)
      }
      #expect(farm[.compressor].reason == (standsIn ? .productCooling : .dutyOff))
      #expect(farm.controller.coldStores[0].governedBy == (standsIn ? .product : .air))
    }
  }

  @Test func `two probes that should agree and do not are both flagged, after a while`() throws {
    var farm = try farm {
      $0.channels[2].agreement = AgreementPlan(partner: 3, within: 1, after: .seconds(300))
    }
    farm.run(.seconds(299)) {
      $0.hearCold(3.5)
      $0.hear(.product, 5)
    }
    #expect(farm[.air].flags == [])
    #expect(farm.alarm("cold-1-air.disagreement")?.phase == .pending)
    farm.run(.seconds(3)) {
      $0.hearCold(3.5)
      $0.hear(.product, 5)
    }
    #expect(farm[.air].flags == .disagrees && farm[.product].flags == .disagrees)
    #expect(farm.alarm("cold-1-air.disagreement")?.phase == .active)
    farm.run(.seconds(2)) { $0.hearCold(3.5) }
    #expect(farm[.air].flags == [])
  }
}
