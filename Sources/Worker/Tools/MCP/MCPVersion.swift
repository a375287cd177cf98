/// A version of the protocol.
enum MCPVersion: String, CaseIterable, Sendable {
    case march2025 = "2025-03-26"
    case november2024 = "2024-11-05"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// Whether each request says all about itself, and there is neither handshake nor session.
    var isStateless: Bool { self == .july2026 }

    /// The newest that begins with a handshake.
    static let newestWithHandshake = MCPVersion.november2025
    /// The newest that does without.
    static let newestStateless = MCPVersion.july2026
}
