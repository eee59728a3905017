extension JSONValue {
  /// A number as messages carry it: at most three decimals and below 1e12, made from a scaled integer, so
  /// that every JSON library writes the same digits.
  ///
  /// - Parameter decimals: 0...3, places to keep; halves are rounded away from zero.
  /// - Returns: Nil for NaN, infinities and |x| ≥ 1e12; the caller decides what to say instead.
  public static func rounded(_ x: Double, decimals: Int = 3) -> JSONValue? {
    let scale = [1, 10, 100, 1000][min(max(decimals, 0), 3)] as Double
    guard x.isFinite, x.magnitude < 1e12 else { return nil }
    let scaled = (x * scale).rounded()
    guard scaled.magnitude < 1e12 * scale else { return nil }
    let (whole, fraction) = Int64(scaled).quotientAndRemainder(dividingBy: Int64(scale))
    return fraction == 0 ? .integer(whole) : .number(scaled / scale)
  }
}
