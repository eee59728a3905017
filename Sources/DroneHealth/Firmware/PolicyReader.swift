import CanonicalJSON
import FarmUnits

/// Reads one object of a policy strictly: a member that is unknown could be a restriction that is not understood,
/// so it is an error.
struct PolicyReader {
  private let json: JSONValue
  let path: String

  init(_ json: JSONValue, path: String = "") { (self.json, self.path) = (json, path) }

  func allow(_ names: Set<String>) throws(FirmwarePolicyError) {
    guard let object = json.object else { throw .member(path) }
    if let unknown = object.members.first(where: { !names.contains($0.name) }) {
      throw .member("\(path)/\(unknown.name)")
    }
  }

  func optionalInteger(_ name: String, in range: ClosedRange<Int64>) throws(FirmwarePolicyError) -> Int64? {
    guard let value = json[name] else { return nil }
    guard let integer = value.integer, range.contains(integer) else { throw .member("\(path)/\(name)") }
    return integer
  }

  func integer(_ name: String, in range: ClosedRange<Int64>) throws(FirmwarePolicyError) -> Int64 {
    guard let integer = try optionalInteger(name, in: range) else { throw .member("\(path)/\(name)") }
    return integer
  }

  func optionalText(_ name: String) throws(FirmwarePolicyError) -> String? {
    guard let value = json[name] else { return nil }
    guard let text = value.string, (1...200).contains(text.utf8.count) else {
      throw .member("\(path)/\(name)")
    }
    return text
  }

  func text(_ name: String) throws(FirmwarePolicyError) -> String {
    guard let text = try optionalText(name) else { throw .member("\(path)/\(name)") }
    return text
  }

  func time(_ name: String) throws(FirmwarePolicyError) -> WallTime {
    guard let time = WallTime(rfc3339: try text(name)) else { throw .member("\(path)/\(name)") }
    return time
  }

  func optionalVersion(_ name: String) throws(FirmwarePolicyError) -> FirmwareVersion? {
    guard let text = try optionalText(name) else { return nil }
    guard let version = FirmwareVersion(text) else { throw .member("\(path)/\(name)") }
    return version
  }

  func texts(_ name: String, atMost limit: Int) throws(FirmwarePolicyError) -> [String] {
    guard let value = json[name] else { return [] }
    guard let array = value.array, array.count <= limit else { throw .member("\(path)/\(name)") }
    var texts: [String] = []
    for (index, item) in array.enumerated() {
      guard let text = item.string, (1...100).contains(text.utf8.count) else {
        throw .member("\(path)/\(name)/\(index)")
      }
      texts.append(text)
    }
    return texts
  }

  func integers(_ name: String, in range: ClosedRange<Int64>) throws(FirmwarePolicyError) -> [Int64]? {
    guard let value = json[name] else { return nil }
    let integers = value.array?.compactMap(\.integer).filter(range.contains)
    guard let integers, !integers.isEmpty, integers.count == value.array?.count else {
      throw .member("\(path)/\(name)")
    }
    return integers
  }

  func list<Item>(
    _ name: String, atMost limit: Int, isOptional: Bool = false,
    _ read: (PolicyReader) throws(FirmwarePolicyError) -> Item
  ) throws(FirmwarePolicyError) -> [Item] {
    guard let value = json[name] else {
      if isOptional { return [] }
      throw .member("\(path)/\(name)")
    }
    guard let array = value.array, array.count <= limit else { throw .member("\(path)/\(name)") }
    var items: [Item] = []
    for (index, item) in array.enumerated() {
      items.append(try read(PolicyReader(item, path: "\(path)/\(name)/\(index)")))
    }
    return items
  }
}
