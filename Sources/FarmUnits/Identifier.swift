/// Names that become a level of a topic: farm, gateway, sensor, output, lot, store, drone.
public enum Identifier {
  /// `[A-Za-z0-9._-]{1,64}`
  public static func isValid(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    return (1...64).contains(bytes.count)
      && bytes.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D: true
        default: false
        }
      }
  }
}
