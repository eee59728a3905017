import FarmControl

extension Watermark {
  /// The resistance at which the probe in soil of this temperature says this tension, in whole ohms, 550 ... 34,999.
  ///
  /// - Parameters:
  ///   - kilopascal: What it should say; the step between the equation's pieces is jumped over.
  ///   - celsius: As far as the equation holds for it.
  static func ohms(kilopascal: Double, soil celsius: Double) -> Double {
    let soil = min(max(celsius, 0), 60)
    var (low, high) = (550, 34_999)
    while low < high {
      let middle = (low + high) / 2
      if case .tension(let said) = tension(ohms: Double(middle), soil: soil), said < kilopascal {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return Double(low)
  }
}
