/// Speed and memory beside their peers.
@main
struct Bench {
  static func main() {}
}
