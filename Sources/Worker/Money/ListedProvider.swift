/// The providers whose public prices are shipped.
enum ListedProvider {
    /// The provider at whose own address a connection is; nil for any other server, whose prices nobody can know.
    static func name(at url: String) -> String? {
        let host = url.split(separator: "/").dropFirst().first?.split(separator: ":").first
        return switch host {
        case "api.openai.com": "openai"
        case "api.anthropic.com": "anthropic"
        case "generativelanguage.googleapis.com": "gemini"
        default: nil
        }
    }
}
