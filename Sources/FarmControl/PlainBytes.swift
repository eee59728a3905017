// What crosses the rings between the control loop and the rest of a program is copied as it lies in memory: no
// references, no counts. A public type has to say so itself.

extension AlarmAction: BitwiseCopyable {}
extension AlarmCommand: BitwiseCopyable {}
extension AlarmKind: BitwiseCopyable {}
extension AlarmPhase: BitwiseCopyable {}
extension AlarmState: BitwiseCopyable {}
extension ChannelFlags: BitwiseCopyable {}
extension ChannelState: BitwiseCopyable {}
extension CommandedMode: BitwiseCopyable {}
extension CommandSource: BitwiseCopyable {}
extension CommandVerdict: BitwiseCopyable {}
extension ConfirmedLevel: BitwiseCopyable {}
extension GuardKind: BitwiseCopyable {}
extension IrrigationMemory: BitwiseCopyable {}
extension Level: BitwiseCopyable {}
extension OutputCommand: BitwiseCopyable {}
extension OutputMemory: BitwiseCopyable {}
extension OutputState: BitwiseCopyable {}
extension ReasonCode: BitwiseCopyable {}
