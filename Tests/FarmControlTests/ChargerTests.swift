import FarmControl
import FarmUnits
import Testing

/// Pads on which drones are charged, through the guards of every output.
struct ChargerTests {
  private static let start = Instant(sinceBoot: .seconds(1000))

  /// A pad with a contact and a charger, its clock and its slot.
  private struct Pad {
    var controller: FarmController
    var now = ChargerTests.start
    var contact: Contact? = .closed
    private var sequence: UInt64 = 0

    init(minOff: Duration = .zero, maxOn: Duration? = .seconds(100), hasContact: Bool = true) throws {
      let plan = ControlPlan(
        channels: [ChannelPlan(name: "pad-1-contact", quantity: .contact, unit: nil)],
        outputs: [OutputPlan(name: "charger", limits: GuardLimits(minOff: minOff, maxOn: maxOn))],
        chargers: [ChargerPlan(name: "pad-1", charger: 0, contact: hasContact ? 0 : nil)])
      controller = try FarmController(plan: plan, startedAt: now)
    }

    mutating func permit(_ reason: ReasonCode, for seconds: Int = 5) {
      controller.apply(
        ChargePermit(pad: 0, reason: reason, until: now.advanced(by: .seconds(seconds))))
    }

    /// A second passes, and a tick.
    @discardableResult
    mutating func tick(_ seconds: Int = 1) -> OutputState {
      now = now.advanced(by: .seconds(seconds))
      sequence += 1
      let moment = Moment(instant: now, wall: WallTime(milliseconds: 0), clock: .untrusted)
      let reading = Reading(
        value: contact.map(Value.contact), unit: nil, quality: contact == nil ? .fault : .good,
        acquired: moment, sequence: sequence)
      withUnsafePointer(to: reading) {
        controller.step(UnsafeBufferPointer(start: $0, count: 1), at: ControlTime(now, local: nil))
      }
      return controller.outputs[0]
    }
  }

  @Test func `a drone that may be charged is charged while that is renewed`() throws {
    var pad = try Pad()
    for _ in 0..<20 {
      pad.permit(.charging)
      let state = pad.tick()
      #expect(state.commanded == .on && state.reason == .charging && state.source == .controller)
    }
    // Nobody renews it: the charger is off with the end of what allowed it.
    pad.tick(3)
    #expect(pad.controller.outputs[0].commanded == .on)
    let state = pad.tick()
    #expect(state.commanded == .off && state.reason == .chargeUnconfirmed)
  }

  @Test func `without a word about the drone nothing is charged`() throws {
    var pad = try Pad()
    let state = pad.tick()
    #expect(state.commanded == .off && state.reason == .chargeUnconfirmed)
  }

  @Test func `a drone that leaves its pad ends the charge in the same tick, whatever is said of it`() throws {
    var pad = try Pad()
    pad.permit(.charging, for: 1000)
    #expect(pad.tick().commanded == .on)
    pad.contact = .open
    let state = pad.tick()
    #expect(state.commanded == .off && state.reason == .padEmpty)
  }

  @Test func `a contact that cannot be believed ends the charge`() throws {
    var pad = try Pad()
    pad.permit(.charging, for: 1000)
    #expect(pad.tick().commanded == .on)
    pad.contact = nil
    let state = pad.tick()
    #expect(state.commanded == .off && state.reason == .sensorFault && state.source == .safety)
  }

  @Test(arguments: [
    ReasonCode.droneSilent, .droneNotDocked, .droneArmed, .batteryFull, .batteryTooCold, .batteryTooHot,
    .batteryTemperatureUnknown, .batteryFaulty,
  ])
  func `whatever speaks against it is told as the reason`(reason: ReasonCode) throws {
    var pad = try Pad()
    pad.permit(.charging)
    #expect(pad.tick().commanded == .on)
    pad.permit(reason)
    let state = pad.tick()
    #expect(state.commanded == .off && state.reason == reason)
  }

  @Test func `a charge that is still wanted after the longest on time latches`() throws {
    var pad = try Pad(maxOn: .seconds(10))
    for _ in 0..<11 {
      pad.permit(.charging)
      pad.tick()
    }
    let state = pad.controller.outputs[0]
    #expect(state.commanded == .off && state.reason == .maximumOn && state.latched)
  }

  @Test func `a person's charge ends with the longest on time and latches nothing`() throws {
    var pad = try Pad(minOff: .seconds(3), maxOn: .seconds(10))
    pad.tick(3)
    for _ in 0..<11 {
      pad.permit(.chargingByPerson)
      pad.tick()
    }
    let state = pad.controller.outputs[0]
    #expect(state.commanded == .off && state.reason == .chargeLeaseOver && !state.latched)
  }

  @Test func `the shortest off time holds for chargers as well`() throws {
    var pad = try Pad(minOff: .seconds(30))
    pad.permit(.charging)
    let state = pad.tick()
    #expect(state.commanded == .off && state.limiting == .minimumOff)
  }

  @Test func `a permit for a pad that there is not changes nothing`() throws {
    var pad = try Pad()
    pad.controller.apply(ChargePermit(pad: 7, reason: .charging, until: pad.now.advanced(by: .seconds(9))))
    #expect(pad.tick().commanded == .off)
  }

  @Test func `a charger of two masters and a contact that is none are no plan`() {
    let output = OutputPlan(name: "charger")
    let contact = ChannelPlan(name: "contact", quantity: .contact, unit: nil)
    let air = ChannelPlan(name: "air", quantity: .temperature, unit: .celsius)
    func problem(_ plan: ControlPlan) -> String? {
      do throws(PlanError) {
        try plan.check()
        return nil
      } catch {
        return "\(error)"
      }
    }
    let pad = ChargerPlan(name: "p", charger: 0, contact: 0)
    #expect(problem(ControlPlan(channels: [contact], outputs: [output], chargers: [pad])) == nil)
    #expect(
      problem(ControlPlan(channels: [contact], outputs: [output], chargers: [pad, pad]))
        == "outputs.charger: more than one controller wants it")
    #expect(
      problem(ControlPlan(channels: [air], outputs: [output], chargers: [pad]))
        == "drones.pads.p: its contact is none")
    #expect(
      problem(ControlPlan(channels: [], outputs: [output], chargers: [pad]))
        == "drones.pads.p: no such contact")
    #expect(
      problem(ControlPlan(outputs: [], chargers: [ChargerPlan(name: "p", charger: 0)]))
        == "drones.pads.p: no such charger")
    #expect(
      problem(
        ControlPlan(
          outputs: [OutputPlan(name: "charger", safe: .on)], chargers: [ChargerPlan(name: "p", charger: 0)]))
        == "drones.pads.p: a charger whose safe level is on")
  }
}
