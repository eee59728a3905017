import Claims

extension CommandAnswer {
  /// - Parameter text: What is wrong in particular; nil: what the reason says in general.
  init(id: String?, refused reason: CommandRefusal, _ text: String? = nil) {
    self.init(id: id, .refused, reason.code, text ?? reason.sentence)
  }
}
