/// What happened in a history, a line for each thing, where it is traced.
///
/// Unchecked: it is used on the one thread of its history alone.
final class Trace: @unchecked Sendable {
    let isOn: Bool
    private(set) var lines: [String] = []
    private let time: VirtualTime

    init(time: VirtualTime, isOn: Bool) {
        self.time = time
        self.isOn = isOn
    }

    func note(_ text: () -> String) { if isOn { lines.append("\(time.now) ms: \(text())") } }
}
