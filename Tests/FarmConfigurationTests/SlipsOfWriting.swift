/// Slips in names, numbers and units.
enum SlipsOfWriting {
  static let all = names + numbers + units

  private static let names: [Slip] = [
    Slip(2, "greenhollow", "green hollow", column: 7, .notAllowed, "found \"green hollow\""),
    Slip(7, "loop", "lop", column: 1, .unknownKey, "unknown key \"lop\" at the top level", suggests: "loop"),
    Slip(
      32, "quantity", "quantitiy", column: 5, .unknownKey,
      "unknown key \"quantitiy\" in sensors.bed-1-moisture", suggests: "quantity"),
    Slip(
      32, "soil_moisture", "soil_moistur", column: 15, .notAllowed, "found \"soil_moistur\"",
      suggests: "soil_moisture"),
    Slip(
      34, "preset: zigbee2mqtt", "preset: zigbe2mqtt", column: 46, .notAllowed, "found \"zigbe2mqtt\"",
      suggests: "zigbee2mqtt"),
    Slip(
      35, "stale_after_s", "stale_after", column: 30, .unknownKey,
      "unknown key \"stale_after\" in sensors.bed-1-moisture.valid", suggests: "stale_after_s"),
    Slip(
      33, "unit: P1", "unit: P1\n    min: 1", column: 5, toldOn: 34, .unknownKey,
      "unknown key \"min\" in sensors.bed-1-moisture", suggests: "valid.min"),
    Slip(
      86, "max_on_s", "max_on_sec", column: 28, .unknownKey,
      "unknown key \"max_on_sec\" in outputs.bed-1-valve.guard", suggests: "max_on_s"),
    Slip(
      113, "bed-1-moisture", "bed-1-moistuer", column: 15, .unknownName,
      "there is no sensor \"bed-1-moistuer\"", suggests: "bed-1-moisture"),
    Slip(
      114, "bed-1-valve", "bed-3-valve", column: 12, .unknownName, "there is no output \"bed-3-valve\"",
      suggests: "bed-1-valve"),
    Slip(
      149, "cold-1", "cold-2", column: 12, .unknownName, "there is no cold store \"cold-2\"",
      suggests: "cold-1"),
    Slip(150, "produce  ", "vegetable", column: 12, .notAllowed, "found \"vegetable\""),
    Slip(120, "loam", "Loam", column: 21, .notAllowed, "found \"Loam\"", suggests: "loam"),
    Slip(
      165, "battery_percent", "batery_percent", column: 16, .unknownKey,
      "\"batery_percent\" is no limit of the health record", suggests: "battery_percent"),
  ]

  private static let numbers: [Slip] = [
    Slip(8, "100", "fast", column: 16, .wrongType, "found \"fast\", which is no number"),
    Slip(8, "100", "20000", column: 16, .outOfRange, "found 20000"),
    Slip(8, "100", "\"100\"", column: 16, .wrongType, "leave the quotes out"),
    Slip(9, "50", ".nan", column: 13, .wrongType, "found \".nan\", which is no number"),
    Slip(9, "50", "1e999", column: 13, .wrongType, "found \"1e999\", which is no number"),
    Slip(9, "50", "0x32", column: 13, .wrongType, "found \"0x32\", which is no number"),
    Slip(9, "50", "050", column: 13, .wrongType, "found \"050\", which is no number"),
    Slip(9, "50", "49.5", column: 13, .outOfRange, "found 49.5"),
    Slip(24, "512", "[512]", column: 18, .wrongType, "found a list"),
    Slip(5, "51.4545", "151.4545", column: 26, .outOfRange, "location.latitude_deg: found 151.4545"),
    Slip(35, "max: 70,", "max: 1,", column: 26, .outOfRange, "found 1, which is not above min"),
    Slip(60, "0.0022222", "-0.0022222", column: 50, .outOfRange, "found -0.0022222"),
    Slip(
      74, "debounce_ms: 50", "debounce_ms: 50, max_hz: 100", column: 72, .conflict,
      "a filter of 50 ms swallows pulses at 100 a second"),
    Slip(117, "30", "20", column: 17, .outOfRange, "found 20, which is not above start_below"),
    Slip(128, "15", "50", column: 17, .outOfRange, "found 50, which is not below start_above"),
    Slip(116, "22", "0.5", column: 18, .outOfRange, "no valid reading of sensor \"bed-1-moisture\" crosses"),
    Slip(
      138, "above: 5.0", "above: 3.5", column: 12, .outOfRange,
      "above is 3.5, within the band of normal cooling"),
    Slip(147, "2.5", "2.5001", column: 16, .outOfRange, "finer than a thousandth"),
    Slip(151, "max: 5.0", "max: -1.0", column: 19, .outOfRange, "which is not above min"),
    Slip(
      152, "minimum_days: 5", "minimum_days: 120", column: 84, .outOfRange,
      "every lot would be expired at harvest"),
    Slip(165, "block: 25", "block: 75", column: 33, .outOfRange, "this value gets worse downwards"),
    Slip(172, "1800", "7200", column: 14, .outOfRange, "claims would lapse before they are told anew"),
    Slip(119, "11:00-16:00", "11:00-25:00", column: 43, .notAllowed, "found \"11:00-25:00\""),
    Slip(
      120, "wilting_point: 0.12", "wilting_point: 0.3", column: 64, .outOfRange,
      "is not below the field capacity"),
  ]

  private static let units: [Slip] = [
    Slip(33, "P1", "CEL", column: 11, .wrongUnit, "CEL (°C) is no unit of soil_moisture", suggests: "P1"),
    Slip(43, "CEL", "°C", column: 11, .wrongUnit, "found \"°C\"", suggests: "CEL"),
    Slip(59, "LTR", "liters", column: 11, .wrongUnit, "found \"liters\"", suggests: "LTR"),
    Slip(
      52, "contact", "contact\n    unit: P1", column: 11, toldOn: 53, .wrongUnit,
      "a contact is open or closed and has no unit"),
    Slip(43, "    unit: CEL", "", column: 3, toldOn: 41, .missingKey, "needs the key \"unit\""),
    Slip(
      146, "KGM", "GRM", column: 20, toldOn: 156, .wrongUnit,
      "weighs in KGM, and the product is counted in GRM"),
    Slip(146, "KGM", "P1", column: 11, .wrongUnit, "P1 (%) counts no stock"),
    Slip(68, "CEL", "FAH", column: 46, toldOn: 139, .wrongUnit, "sensor \"cold-1-coil\" is declared in FAH"),
  ]
}
