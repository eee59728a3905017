import CanonicalJSON
import DroneHealth
import FarmUnits
import Testing

struct FirmwarePolicyTests {
  private let november = Moment(
    instant: .init(sinceBoot: .seconds(1)), wall: WallTime(rfc3339: "2026-11-22T10:00:00Z")!, clock: .trusted)

  private func keeper(_ documents: JSONValue...) throws -> FirmwarePolicyKeeper {
    var keeper = FirmwarePolicyKeeper(verify: SignedPolicies.verify)
    for document in documents { try keeper.offer(document) }
    return keeper
  }

  // MARK: The file

  @Test func `a rightly signed policy comes into force`() throws {
    let keeper = try keeper(SignedPolicies.seven)
    #expect(keeper.policy?.sequence == 7 && keeper.policy?.rules.count == 3 && keeper.highestSequence == 7)
    #expect(keeper.policy?.rules[0].target?.text == "4.5.7")
    #expect(keeper.document == SignedPolicies.seven)
  }

  @Test func `the order of members and the alphabet of the signature do not matter`() throws {
    var members = SignedPolicies.seven.object?.members ?? []
    members.reverse()
    var object = JSONObject(members)
    let text = try #require(object["signature"]?.string)
    object["signature"] = .string(
      text.replacing("/", with: "_").replacing("+", with: "-").replacing("=", with: ""))
    #expect(try keeper(.object(object)).policy?.sequence == 7)
  }

  @Test func `a policy with an older number is a rollback, also after a restart`() throws {
    var keeper = try keeper(SignedPolicies.seven)
    #expect(throws: FirmwarePolicyKeeper.Refusal.rollback(offered: 6, inForce: 7)) {
      try keeper.offer(SignedPolicies.six)
    }
    #expect(keeper.policy?.sequence == 7)
    var restarted = FirmwarePolicyKeeper(highestSequence: 7, verify: SignedPolicies.verify)
    #expect(throws: FirmwarePolicyKeeper.Refusal.rollback(offered: 6, inForce: 7)) {
      try restarted.offer(SignedPolicies.six)
    }
    try restarted.offer(SignedPolicies.seven)
    #expect(restarted.policy?.sequence == 7)
  }

  @Test func `two contents under one number are refused`() throws {
    var keeper = try keeper(SignedPolicies.seven)
    try keeper.offer(SignedPolicies.seven)
    #expect(throws: FirmwarePolicyKeeper.Refusal.mixAndMatch(7)) {
      try keeper.offer(SignedPolicies.sevenWithoutRules)
    }
    #expect(keeper.policy?.rules.count == 3)
  }

  @Test(arguments: ["seq", "expires", "rules"])
  func `a changed member is tampering and leaves the old policy in force`(member: String) throws {
    var keeper = try keeper(SignedPolicies.six)
    var object = try #require(SignedPolicies.seven.object)
    object[member] = member == "seq" ? 99 : member == "rules" ? [] : "2099-01-01T00:00:00Z"
    #expect(throws: FirmwarePolicyKeeper.Refusal.tampered) { try keeper.offer(.object(object)) }
    #expect(keeper.policy?.sequence == 6)
  }

  @Test(arguments: [nil, "", "AAAA", "not base64 !", 7, .null] as [JSONValue?])
  func `a policy without a signature is none`(signature: JSONValue?) throws {
    var object = try #require(SignedPolicies.seven.object)
    object["signature"] = signature
    var keeper = try keeper()
    #expect(throws: FirmwarePolicyKeeper.Refusal.notSigned) { try keeper.offer(.object(object)) }
    #expect(throws: FirmwarePolicyKeeper.Refusal.notSigned) { try keeper.offer([]) }
  }

  @Test func `a signed member that is not understood could be a restriction, and refuses the policy`() throws
  {
    var keeper = try keeper(SignedPolicies.seven)
    #expect(throws: FirmwarePolicyKeeper.Refusal.malformed("/grace")) {
      try keeper.offer(SignedPolicies.eightWithAnUnknownMember)
    }
    #expect(keeper.policy?.sequence == 7 && keeper.highestSequence == 7)
  }

  @Test(
    arguments: [
      (#"{"seq":-1,"issued":"2026-11-01T00:00:00Z","expires":"2027-01-01T00:00:00Z","rules":[]}"#, "/seq"),
      (#"{"seq":1,"issued":"yesterday","expires":"2027-01-01T00:00:00Z","rules":[]}"#, "/issued"),
      (#"{"seq":1,"issued":"2027-11-01T00:00:00Z","expires":"2027-01-01T00:00:00Z","rules":[]}"#, "/expires"),
      (#"{"seq":1,"issued":"2026-11-01T00:00:00Z","expires":"2027-01-01T00:00:00Z"}"#, "/rules"),
      (rule(#"{}"#), "/rules/0/board_id"),
      (rule(#"{"board_id":50,"device_model":"0-91-0"}"#), "/rules/0/board_id"),
      (rule(#"{"board_id":50,"min":"soon"}"#), "/rules/0/min"),
      (rule(#"{"board_id":50,"min":"4.5.0","target":"4.4.9"}"#), "/rules/0/target"),
      (rule(#"{"board_id":50,"allow_types":[17]}"#), "/rules/0/allow_types"),
      (rule(#"{"board_id":50,"allow_types":[]}"#), "/rules/0/allow_types"),
      (rule(#"{"board_id":50,"deny":"4.5.3"}"#), "/rules/0/deny"),
      (rule(#"{"board_id":50,"required_from":["x"]}"#), "/rules/0/required_from"), (rule("7"), "/rules/0"),
    ])
  func `a policy that cannot be understood says where`(text: String, pointer: String) throws {
    #expect(throws: FirmwarePolicyError.member(pointer)) { try FirmwarePolicy(try JSONValue(parsing: text)) }
  }

  private static func rule(_ text: String) -> String {
    #"{"seq":1,"issued":"2026-11-01T00:00:00Z","expires":"2027-01-01T00:00:00Z","rules":[\#(text)]}"#
  }

  // MARK: Installed firmware

  private func record(
    _ version: UInt32, kind: UInt8 = 255, board: UInt32 = 50, hash: String = "",
    policy: FirmwarePolicy? = nil,
    at now: Moment? = nil
  ) throws -> DroneHealthRecord {
    var depot = Depot()
    if let now { (depot.now.wall, depot.now.clock) = (now.wall, now.clock) }
    depot.registry.firmwarePolicy = try policy ?? keeper(SignedPolicies.seven).policy
    var drone = Drone()
    drone.hardware = nil
    let uid2 = [UInt8](1...18)
    drone.further = [
      (
        148,
        Drone.version(version << 8 | UInt32(kind), uid: 0, uid2: uid2, board: board, hash: Array(hash.utf8))
      )
    ]
    depot.fly(drone, seconds: 2)
    return try depot.record()
  }

  /// In force without a signature.
  private func policy(_ rules: String, images: String = "[]") throws -> FirmwarePolicy {
    try FirmwarePolicy(
      JSONValue(
        parsing:
          #"{"seq":1,"issued":"2026-11-01T00:00:00Z","expires":"2027-02-01T00:00:00Z","rules":\#(rules),"images":\#(images)}"#
      ))
  }

  private func codes(_ record: DroneHealthRecord) -> [DroneReason.Code] {
    record.reasons.map(\.code).filter { $0.rawValue.hasPrefix("FIRMWARE") }
  }

  @Test func `the target version may fly`() throws {
    let record = try record(0x04_05_07, hash: "0badcafe")
    #expect(codes(record) == [] && record.deliverable == .yes)
    #expect(record.json["firmware"]?["version"]?["value"] == "4.5.7")
    #expect(record.json["firmware"]?["board_id"] == 50)
  }

  @Test func `a version behind the target may fly, with a reservation`() throws {
    let record = try record(0x04_05_06)
    #expect(codes(record) == [.firmwareBehindTarget] && record.deliverable == .yes)
    #expect(record.reasons.first { $0.code == .firmwareBehindTarget }?.limit == .text("4.5.7"))
  }

  @Test func `a version below the minimum may not fly`() throws {
    let record = try record(0x04_04_09)
    #expect(codes(record) == [.firmwareTooOld] && record.deliverable == .no)
  }

  @Test func `a version on the deny list may not fly although it is installed already`() throws {
    #expect(codes(try record(0x04_05_03)).first == .firmwareDenied)
    #expect(try record(0x04_05_03).deliverable == .no)
  }

  @Test(
    arguments: [
      ("4.5", 0x04_05_00, true), ("4.5.0.0", 0x04_05_00, true), ("v4.5.0", 0x04_05_00, true),
      ("4.5", 0x04_05_01, false), ("4", 0x04_05_00, false), ("4.5.0.1", 0x04_05_00, false),
    ])
  func `a denied version with fewer or more numbers is the same one, a missing number being zero`(
    entry: String, version: UInt32, isDenied: Bool
  ) throws {
    let policy = try policy(#"[{"board_id":50,"deny":["\#(entry)"],"allow_types":[255,192]}]"#)
    #expect(try codes(record(version, policy: policy)) == (isDenied ? [.firmwareDenied] : []))
    #expect(try codes(record(version, kind: 192, policy: policy)) == (isDenied ? [.firmwareDenied] : []))
  }

  @Test func `a source hash on the deny list may not fly whatever its version says`() throws {
    #expect(codes(try record(0x04_05_08, hash: "a1b2c3d4")) == [.firmwareDenied])
    #expect(codes(try record(0x04_05_08, hash: "a1b2c3d5")) == [])
  }

  @Test func `PX4's hash bytes read backwards, ArduPilot's are text`() throws {
    var depot = Depot()
    var drone = Drone()
    (drone.autopilot, drone.hardware) = (12, nil)
    let bytes: [UInt8] = [0xEF, 0xCD, 0xAB, 0x89, 0xD4, 0xC3, 0xB2, 0xA1]
    drone.further = [(148, Drone.version(0x04_05_08_FF, uid: 0, uid2: [UInt8](1...18), hash: bytes))]
    depot.registry.firmwarePolicy = try keeper(SignedPolicies.seven).policy
    depot.fly(drone, seconds: 2)
    #expect(try depot.record().json["firmware"]?["hash"] == "a1b2c3d489abcdef")
    #expect(codes(try depot.record()) == [.firmwareDenied])
  }

  @Test(arguments: [(0, false), (64, false), (128, false), (192, false), (255, true)])
  func `only official releases fly unless the policy allows more`(kind: UInt8, flies: Bool) throws {
    let record = try record(0x04_05_08, kind: kind)
    #expect(codes(record) == (flies ? [] : [.firmwareUnofficial]))
  }

  @Test(arguments: [0, 64, 192, 255] as [UInt8])
  func `version 0.0.0 is an unknown one, whatever kind it claims to be`(kind: UInt8) throws {
    #expect(FirmwareVersion(autopilot: UInt32(kind)) == nil)
    let record = try record(0, kind: kind)
    #expect(codes(record) == [.firmwareUnknown] && record.deliverable == .no)
    #expect(record.json["firmware"]?["version"]?["value"] == .null)
  }

  @Test func `a drone that has not told its version is unknown`() throws {
    var depot = Depot()
    depot.registry.firmwarePolicy = try keeper(SignedPolicies.seven).policy
    var drone = Drone()
    drone.hardware = nil
    depot.fly(drone, seconds: 2)
    #expect(codes(try depot.record("pad-1-1")) == [.firmwareUnknown])
    #expect(try depot.record("pad-1-1").deliverable == .unknown)
  }

  @Test func `a board of another number is not the one meant, one that no rule names is not known`() throws {
    // Vendor 4660 has a rule for board 9 only; the drone's vendor is 0.
    #expect(codes(try record(0x04_05_07, board: 9)) == [.firmwareWrongBoard])
    #expect(codes(try record(0x04_05_07, board: 77)) == [.firmwareNoRule])
    #expect(try record(0x04_05_07, board: 77).deliverable == .unknown)
    #expect(codes(try record(0x04_05_07, board: 0)) == [.firmwareUnknown])
  }

  @Test func `an expired policy still refuses, and is warned of`() throws {
    var march = november
    march.wall = WallTime(rfc3339: "2027-03-01T00:00:00Z")!
    #expect(
      Set(codes(try record(0x04_05_03, at: march))).isSuperset(of: [.firmwareDenied, .firmwarePolicyExpired]))
    #expect(codes(try record(0x04_05_08, at: march)) == [.firmwarePolicyExpired])
    march.clock = .untrusted
    #expect(codes(try record(0x04_05_08, at: march)) == [])
  }

  @Test func `without a policy firmware is shown and not judged`() throws {
    var depot = Depot()
    depot.fly(Drone(), seconds: 2)
    #expect(codes(try depot.record()) == [])
    #expect(try depot.record().json["firmware"]?["type"] == "official")
  }

  @Test(
    arguments: [
      ("14.01.0002", DroneReason.Code.firmwareDenied), ("09.00.0001", .firmwareTooOld),
      ("0.0.0.0", .firmwareUnknown),
      ("10.01.0504", nil),
    ])
  func `a maker's version is judged by the rule of its model`(version: String, expected: DroneReason.Code?)
    throws
  {
    var registry = DroneRegistry()
    registry.firmwarePolicy = try keeper(SignedPolicies.seven).policy
    let dock = #"{"data":{"drone_in_dock":1,"sub_device":{"device_sn":"AIR1","device_model_key":"0-91-0"}}}"#
    registry.receive(dji: try JSONValue(parsing: dock), topic: "thing/product/DOCK1/osd", at: november)
    let air = #"{"gateway":"DOCK1","data":{"mode_code":0,"firmware_version":"\#(version)"}}"#
    registry.receive(dji: try JSONValue(parsing: air), topic: "thing/product/AIR1/osd", at: november)
    let record = registry.record(of: "AIR1", at: november)
    #expect(codes(try #require(record)) == (expected.map { [$0] } ?? []))
  }

  // MARK: Images

  /// An image of a board and a version, with the hash of its source.
  private func image(_ version: String, _ hash: String, board: Int = 50) -> String {
    let digest = String(repeating: "0", count: 64)
    return
      #"{"sha256":"\#(digest)","size":1,"kind":"apj","board_id":\#(board),"version":"\#(version)","seq":1,"git_hash":"\#(hash)"}"#
  }

  @Test(
    arguments: [
      ("0badcafe", nil), ("0badcafe12", nil), ("0badcaf", nil), ("deadbeef", nil),
      ("0badcaff", DroneReason.Code.firmwareMismatch), ("", .firmwareUnknown),
    ])
  func `what runs must be built from the source that the policy signs for its version`(
    hash: String, expected: DroneReason.Code?
  ) throws {
    // The second is another build of the same version; the first is written with fewer numbers than the drone tells.
    let images = [
      image("4.6", "0BADCAFE0123456789"), image("4.6.0", "deadbeef"), image("4.6.0", "0badcaff", board: 9),
      image("4.5.9", "0badcaff"),
    ]
    let policy = try policy(
      #"[{"board_id":50},{"board_id":9}]"#, images: "[\(images.joined(separator: ","))]")
    let record = try record(0x04_06_00, hash: hash, policy: policy)
    #expect(codes(record) == (expected.map { [$0] } ?? []))
    #expect(
      record.deliverable == (expected == .firmwareMismatch ? .no : expected == nil ? .yes : .unknown))
    if let reason = record.reasons.first(where: { $0.code == .firmwareMismatch }) {
      #expect(reason.field == "firmware.hash" && reason.value == .text(hash))
      #expect(reason.limit == .text("0BADCAFE0123456789"))
    }
    #expect(try codes(self.record(0x04_06_01, hash: "0badcaff", policy: policy)) == [])
  }

  // MARK: Versions

  @Test(
    arguments: [
      ("4.5.6", "4.5.7"), ("4.5.7", "4.10.0"), ("4.5", "4.5.1"), ("02.00.20.44", "02.00.20.58"),
      ("v1.14.3", "1.15.0"),
      ("1.00.223", "1.00.224"),
    ])
  func `versions are compared number by number`(older: String, newer: String) throws {
    let (a, b) = (try #require(FirmwareVersion(older)), try #require(FirmwareVersion(newer)))
    #expect(a < b && !(b < a) && a != b)
  }

  @Test(arguments: [
    "", "0.0.0.0", "0", "latest", "4..5", "4.5.", "4.-1", "1.2.3.4.5.6.7", "99999999999.1", "4.5.6-rc1",
  ])
  func `what is no version is not taken for one`(text: String) { #expect(FirmwareVersion(text) == nil) }

  @Test func `a release candidate comes before its release`() throws {
    let candidate = try #require(FirmwareVersion(autopilot: 0x04_05_07_C0))
    let release = try #require(FirmwareVersion(autopilot: 0x04_05_07_FF))
    #expect(candidate < release && candidate.kind == .candidate && release == FirmwareVersion("4.5.7"))
    #expect(FirmwareVersion(autopilot: 0x04_05_07_C3)?.kind == .candidate)
    #expect(FirmwareVersion(autopilot: 0x80_00_00_00)?.kind == .development)
    #expect(FirmwareVersion(autopilot: 0) == nil)
  }
}
