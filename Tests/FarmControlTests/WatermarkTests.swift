import FarmControl
import Testing

struct WatermarkTests {
  @Test(arguments: [
    (300.0, 24.0, 0.0), (550, 24, 0), (750, 24, 4.631), (1000, 24, 10.420), (2000, 24, 15.216),
    (5000, 24, 30.444),
    (8000, 24, 47.077), (8001, 24, 48.488), (10_000, 24, 61.392), (15_000, 24, 96.032), (20_000, 24, 134.050),
    (27_950, 24, 201.454), (5000, 15, 26.159), (10_000, 15, 50.893), (20_000, 15, 109.029),
  ])
  func `tension from resistance and soil temperature`(ohms: Double, celsius: Double, kilopascal: Double) {
    guard case .tension(let got) = Watermark.tension(ohms: ohms, soil: celsius) else {
      Issue.record("\(ohms) Ω is a tension")
      return
    }
    print("Watermark \(ohms) Ω at \(celsius) °C: \(got) kPa, published \(kilopascal)")
    #expect(abs(got - kilopascal) < 0.001)
  }

  @Test(arguments: [
    (299.9, Watermark.Answer.short), (1, .short), (0, .open), (-5, .open), (35_000, .open),
    (.infinity, .open),
    (.nan, .open),
  ])
  func `a short and a broken wire are faults, never tensions`(ohms: Double, answer: Watermark.Answer) {
    #expect(Watermark.tension(ohms: ohms) == answer)
  }
}
