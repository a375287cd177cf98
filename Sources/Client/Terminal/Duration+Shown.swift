extension Duration {
    /// The length as people read it: `340ms`, `1.2s`, `3m 04s`, `2h 05m`, `3d 04h`.
    var shown: String {
        let milliseconds = max(0, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
        let seconds = milliseconds / 1000
        switch milliseconds {
        case ..<1000: return "\(milliseconds)ms"
        case ..<60_000: return "\(seconds).\(milliseconds % 1000 / 100)s"
        case ..<3_600_000: return "\(seconds / 60)m \(Self.twoDigits(seconds % 60))s"
        case ..<86_400_000: return "\(seconds / 3600)h \(Self.twoDigits(seconds % 3600 / 60))m"
        default: return "\(seconds / 86400)d \(Self.twoDigits(seconds % 86400 / 3600))h"
        }
    }

    private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
