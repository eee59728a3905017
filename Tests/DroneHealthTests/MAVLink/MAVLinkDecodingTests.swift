import DroneHealth
import FarmUnits
import TestSupport
import Testing

struct MAVLinkDecodingTests {
  @Test func `the checksum gives the published check value`() {
    var checksum = MAVLinkChecksum()
    checksum.add("123456789".utf8)
    #expect(checksum.value == 0x6F91)
  }

  @Test(arguments: MAVLinkCatalogue.layouts.map(\.name))
  func `every layout hashes to its published seed`(name: String) throws {
    let layout = try #require(MAVLinkCatalogue.layouts.first { $0.name == name })
    #expect(layout.computedCRCExtra == layout.crcExtra)
  }

  @Test(arguments: MAVLinkCatalogue.layouts.map(\.name))
  func `every layout is in wire order and fits a payload`(name: String) throws {
    let layout = try #require(MAVLinkCatalogue.layouts.first { $0.name == name })
    let sizes = layout.fields.filter { !$0.isExtension }.map(\.kind.size)
    #expect(sizes == sizes.sorted(by: >))
    let firstExtension = layout.fields.firstIndex { $0.isExtension } ?? layout.fields.count
    #expect(layout.fields[firstExtension...].allSatisfy { $0.isExtension })
    #expect(layout.length <= 255)
  }

  @Test func `a frame of either version decodes to the same heartbeat`() throws {
    for hex in ["fd090000c82a01000000000000000203510303e4b4", frameOfVersionOne] {
      let messages = explain(.init(hex: hex))
      let message = try #require(messages.first)
      #expect(message.name == "HEARTBEAT" && message.frame.system == 42 && message.frame.sequence == 200)
      #expect(message["type"] == .unsigned(2))
      #expect(message["autopilot"] == .unsigned(3))
      #expect(message["base_mode"] == .unsigned(0x51))
      #expect(message["system_status"] == .unsigned(3))
    }
  }

  /// The heartbeat above as MAVLink 1, its checksum computed here.
  private var frameOfVersionOne: String {
    let behindMagic = [UInt8](hex: "09c82a0100000000000203510303")
    var checksum = MAVLinkChecksum()
    checksum.add(behindMagic)
    checksum.add(50)
    let bytes = [0xFE] + behindMagic + [UInt8(checksum.value & 0xFF), UInt8(checksum.value >> 8)]
    return bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  @Test func `unsigned numbers of 64 bits and not-a-number leave as exact text`() throws {
    // GPS_RAW_INT with every byte 0xFF.
    let bytes = Frames.two(24, payload: [UInt8](repeating: 0xFF, count: 52))
    let line = try #require(explain(bytes).first).jsonLine
    #expect(line.contains("\"time_usec\":18446744073709551615"))
    #expect(line.contains("\"lat\":-1,"))
    let vibration = Frames.two(
      241, payload: [UInt8](repeating: 0, count: 8) + [0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0xFF])
    let text = try #require(explain(vibration).first).jsonLine
    #expect(text.contains("\"vibration_x\":\"NaN\",\"vibration_y\":\"-Infinity\",\"vibration_z\":0.0"))
  }

  @Test(
    .enabled(if: SharedData.isPresent, Comment(rawValue: SharedData.absence)), arguments: GoodFrame.all)
  func `a good frame decodes field for field and bit for bit`(row: GoodFrame) throws {
    var authenticator = row.key_hex.flatMap {
      FrameAuthenticator(
        key: .init(hex: $0), sha256: ReferenceSHA256.digest, furthestAhead: nil,
        localTimestamp: row.local_timestamp ?? 0)
    }
    let messages = MAVLinkMessage.explain(.init(hex: row.hex), authenticator: &authenticator).messages
    #expect(messages.count == 1)
    let message = try #require(messages.first)
    #expect(message.name == row.name && Int(message.frame.messageID) == row.msgid)
    #expect(Int(message.frame.version.rawValue) == row.version)
    #expect(Int(message.frame.system) == row.sysid && Int(message.frame.component) == row.compid)
    #expect(Int(message.frame.sequence) == row.seq && message.frame.payloadLength == row.payload_len)
    #expect(message.frame.signature == (row.signed ? .verified : .none))
    #expect(Set(message.fields.map(\.name)) == Set(row.fields.keys))
    for (name, value) in message.fields {
      let expected = try #require(row.fields[name])
      if case .text(let bytes) = value {
        #expect(row.char_hex?[name].map([UInt8].init(hex:)) == bytes, "\(name)")
        #expect(
          row.char_cstr_hex?[name].map([UInt8].init(hex:)) == Array(bytes.prefix { $0 != 0 }), "\(name)")
      } else if let bits = row.float_bits?[name] {
        #expect(Self.bits(of: value) == Self.bits(in: bits), "\(name)")
      } else {
        #expect(Self.same(value, expected), "\(name): \(value) is not \(expected)")
      }
    }
  }

  private static func same(_ value: MAVLinkMessage.Field, _ expected: SampleValue) -> Bool {
    switch (value, expected) {
    case (.unsigned(let a), .integer(let b)): b >= 0 && a == UInt64(b)
    case (.unsigned(let a), .unsigned(let b)): a == b
    case (.signed(let a), .integer(let b)): a == b
    case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { same($0, $1) }
    default: false
    }
  }

  private static func bits(of value: MAVLinkMessage.Field) -> [UInt32] {
    switch value {
    case .float(let bits): [bits]
    case .array(let elements): elements.flatMap { bits(of: $0) }
    default: []
    }
  }

  private static func bits(in value: SampleValue) -> [UInt32] {
    switch value {
    case .text(let text): [UInt32(text.replacing("0x", with: ""), radix: 16)!]
    case .integer(let number): [UInt32(number)]
    case .array(let elements): elements.flatMap { bits(in: $0) }
    default: []
    }
  }

  private func explain(_ bytes: [UInt8]) -> [MAVLinkMessage] {
    var none: FrameAuthenticator?
    return MAVLinkMessage.explain(bytes, authenticator: &none).messages
  }
}
